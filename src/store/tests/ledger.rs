//! Entries: what may happen to them, and what cannot.

use super::*;

#[test]
fn an_add_is_written_down_before_and_completed_after() {
    each(|bench| {
        let at = bench.begun("shop-1");
        let entry = bench.entry(at).unwrap();
        assert_eq!((entry.status, entry.config_id), (Status::Intended, None));
        assert_eq!(bench.change(at, bench.acked("c1")), Landed::Yes { attempt: 1 });
        let entry = bench.entry(at).unwrap();
        assert_eq!((entry.status, entry.config_id.as_deref()), (Status::Active, Some("c1")));
        assert_eq!((entry.send_before, entry.doing), (None, None), "nobody has it any more");
        assert_eq!(bench.change(at, bench.acked("c1")), Landed::Yes { attempt: 1 }, "completing twice is harmless");
        assert!(matches!(bench.intend("shop-1"), Intended::Active(entry) if entry.id == at.id));
    });
}

#[test]
fn the_key_decides_who_sends() {
    each(|bench| {
        let window = || vec![bench.intent("one"), bench.intent("two"), bench.intent("one")];
        let intended = bench.store.intend(&call(), window()).unwrap();
        assert!(matches!(intended[0], Intended::New { .. }) && matches!(intended[1], Intended::New { .. }));
        assert!(matches!(intended[2], Intended::InFlight(_)), "also within one window");
        let again = bench.store.intend(&call(), window()).unwrap();
        assert!(again.iter().all(|it| matches!(it, Intended::InFlight(_))));
        bench.wait(10_001);
        assert!(matches!(bench.intend("one"), Intended::Open(_)), "its sender died");
    });
}

#[test]
fn what_was_refused_is_no_more_and_its_key_is_free() {
    each(|bench| {
        let at = bench.begun("a");
        assert_eq!(bench.change(at, Event::Refused), Landed::Yes { attempt: 1 });
        assert_eq!(bench.entry(at), None);
        let next = bench.begun("a");
        assert_ne!(next.id, at.id, "a number is never used twice");
        assert_eq!(bench.change(at, Event::Unknown), Landed::Stale);
    });
}

#[test]
fn deleted_and_gone_ones_free_their_key() {
    each(|bench| {
        for (config_id, end) in [("c1", Event::Deleted), ("c2", Event::Gone)] {
            let at = bench.active("a", config_id);
            bench.change(at, end);
        }
        bench.active("a", "c3");
        let statuses: Vec<_> = bench.find(&Query { key: Some("a".into()), ..bench.query() });
        assert_eq!(statuses.iter().map(|it| it.status.name()).collect::<Vec<_>>(), ["deleted", "gone", "active"]);
    });
}

#[test]
fn one_of_those_that_want_to_send_again_gets_the_right() {
    each(|bench| {
        let at = bench.begun("a");
        let take = || Event::Take { doing: Doing::Add, term: Term { send_ms: 5000, settle_ms: 0 } };
        assert!(matches!(bench.change(at, take()), Landed::Held { .. }), "the first attempt may still send");
        bench.change(at, Event::Unknown);
        assert_eq!(bench.change(at, take()), Landed::Yes { attempt: 2 });
        assert_eq!(bench.change(at, take()), Landed::Stale);
        for stale in [Event::Refused, Event::Unknown, Event::Missed, Event::Abandoned, adopted("c9")] {
            assert_eq!(bench.change(at, stale), Landed::Stale);
        }
        let second = At { attempt: 2, ..at };
        assert_eq!(bench.entry(at).unwrap().status, Status::Intended);
        assert_eq!(bench.change(second, Event::Abandoned), Landed::Stale, "somebody has it");
        bench.wait(5001);
        assert_eq!(bench.change(second, Event::Abandoned), Landed::Yes { attempt: 2 });
        assert_eq!(bench.entry(at), None);
    });
}

#[test]
fn an_acknowledgement_lands_whoever_has_the_entry() {
    each(|bench| {
        let at = bench.begun("a");
        bench.change(at, Event::Unknown);
        bench.change(at, Event::Take { doing: Doing::Add, term: Term { send_ms: 5000, settle_ms: 0 } });
        bench.change(at, bench.acked("c1"));
        assert_eq!(bench.by_config_id("c1").unwrap().key.as_deref(), Some("a"));
        // Its entry was removed: the contact way exists all the same.
        let lost = bench.begun("b");
        bench.change(lost, Event::Refused);
        bench.change(lost, bench.acked("c2"));
        assert_eq!(bench.by_config_id("c2").unwrap().status, Status::Active);
        // And the attempt that took over, adopted and was wrong.
        let other = bench.begun("c");
        bench.change(other, adopted("stranger's"));
        bench.change(other, bench.acked("c3"));
        assert_eq!(bench.by_config_id("c3").unwrap().key.as_deref(), Some("c"));
        assert_eq!(bench.by_config_id("stranger's").unwrap().key, None, "it is not forgotten");
    });
}

#[test]
fn an_acknowledgement_beats_an_adoption() {
    each(|bench| {
        let (first, second) = (bench.begun("a"), bench.begun("b"));
        bench.change(second, Event::Unknown);
        bench.change(second, adopted("c1"));
        bench.change(first, bench.acked("c1"));
        assert_eq!(bench.by_config_id("c1").unwrap().id, first.id);
        let adopter = bench.entry(second).unwrap();
        assert_eq!((adopter.status, adopter.config_id), (Status::Unknown, None));
        // One that a walk found, before the completion.
        let third = bench.begun("c");
        found(bench, "c2");
        bench.change(third, bench.acked("c2"));
        assert_eq!(bench.by_config_id("c2").unwrap().key.as_deref(), Some("c"));
        assert_eq!(bench.find(&bench.query()).len(), 3);
    });
}

fn found(bench: &Bench, config_id: &str) -> Option<i64> {
    let stranger = Stranger { corp_id: bench.corp_id.clone(), config_id: config_id.to_owned(), sight: sight() };
    let window = Window { strangers: vec![stranger], ..Window::default() };
    bench.store.settle(&call(), window).unwrap().strangers[0]
}

#[test]
fn what_a_walk_finds_is_adopted_once_and_can_be_claimed() {
    each(|bench| {
        let id = found(bench, "c1").unwrap();
        assert_eq!(found(bench, "c1"), None);
        let claim = |key: &str| Event::Claimed {
            key: key.to_owned(),
            namespace: Some("shops".to_owned()),
            request: "{}".to_owned(),
            asked: b"asked".to_vec(),
        };
        let at = At { id, attempt: 1 };
        let holder = bench.active("taken", "c2");
        assert!(matches!(bench.change(at, claim("taken")), Landed::Taken(entry) if entry.id == holder.id));
        assert_eq!(bench.change(at, claim("mine")), Landed::Yes { attempt: 1 });
        assert!(matches!(bench.change(at, claim("other")), Landed::Taken(entry) if entry.id == id));
        assert!(matches!(bench.intend("mine"), Intended::Active(entry) if entry.config_id.as_deref() == Some("c1")));
        // Somebody else's look came to the same contact way.
        let open = bench.begun("late");
        assert!(matches!(bench.change(open, adopted("c1")), Landed::Taken(entry) if entry.id == id));
    });
}

#[test]
fn changes_of_one_entry_go_one_at_a_time() {
    each(|bench| {
        let at = bench.active("a", "c1");
        let take = |doing| Event::Take { doing, term: Term { send_ms: 5000, settle_ms: 60_000 } };
        assert_eq!(bench.change(at, take(Doing::Update)), Landed::Yes { attempt: 2 });
        let second = At { attempt: 2, ..at };
        assert!(matches!(bench.change(second, take(Doing::Delete)), Landed::Held { .. }));
        let updated = Event::Updated {
            request: r#"{"state":"new"}"#.into(),
            seen: None,
            taken_out: vec!["LiSi".into()],
            lives_ms: None,
        };
        assert_eq!(bench.change(at, updated.clone()), Landed::Stale);
        assert_eq!(bench.change(second, updated), Landed::Yes { attempt: 2 });
        let entry = bench.entry(at).unwrap();
        assert_eq!((entry.request.as_str(), entry.taken_out), (r#"{"state":"new"}"#, vec!["lisi".to_owned()]));
        // An update of which nobody knows: it is to be looked at, until it was, and nothing is under way any more.
        bench.change(second, take(Doing::Update));
        let third = At { attempt: 3, ..at };
        bench.change(third, Event::InDoubt { settle_ms: 60_000 });
        let doubtful = || bench.find(&Query { in_doubt: Some(true), ..bench.query() }).len();
        assert_eq!(doubtful(), 1);
        bench.change(third, Event::Seen(sight()));
        assert_eq!(doubtful(), 1);
        bench.wait(65_001);
        // The right of whoever looks is no attempt that may still land.
        bench.change(third, take(Doing::Update));
        let third = At { attempt: 4, ..at };
        bench.change(third, Event::Seen(sight()));
        assert_eq!(doubtful(), 0);
        bench.change(third, Event::Refused);
        // A delete whose sender died.
        bench.change(third, take(Doing::Delete));
        bench.wait(5001);
        bench.change(At { attempt: 5, ..at }, take(Doing::Delete));
        assert!(bench.entry(at).unwrap().doubt.delete, "a 41044 now says that it is deleted");
    });
}

#[test]
fn a_replacement_moves_the_key_when_it_is_acknowledged() {
    each(|bench| {
        let old = bench.active("a", "c1");
        let replacement = || Intent { key: None, replaces: Some(old.id), ..bench.intent("a") };
        let intend = || bench.store.intend(&call(), vec![replacement()]).unwrap().remove(0);
        let Intended::New { id, attempt, .. } = intend() else { panic!() };
        assert!(matches!(intend(), Intended::InFlight(entry) if entry.id == id), "one at a time");
        assert_eq!(bench.entry(old).unwrap().key.as_deref(), Some("a"));
        bench.change(At { id, attempt }, bench.acked("c2"));
        assert_eq!(bench.by_config_id("c2").unwrap().key.as_deref(), Some("a"));
        let old = bench.entry(old).unwrap();
        assert_eq!((old.status, old.key), (Status::Active, None), "to be deleted next");
    });
}

#[test]
fn a_gone_one_that_is_seen_again_comes_back_without_a_key_that_is_another_s_by_now() {
    each(|bench| {
        let (first, second) = (bench.active("a", "c1"), bench.active("b", "c2"));
        bench.change(first, Event::Gone);
        bench.change(second, Event::Gone);
        bench.active("b", "c3");
        for at in [first, second] {
            bench.change(at, Event::Seen(sight()));
        }
        let keys = [first, second].map(|at| bench.entry(at).map(|entry| (entry.status, entry.key)).unwrap());
        assert_eq!(keys, [(Status::Active, Some("a".to_owned())), (Status::Active, None)]);
    });
}

#[test]
fn every_query_finds_what_it_names() {
    each(|bench| {
        bench.active("a_b", "c1");
        bench.active("aXb", "c2");
        found(bench, "c3");
        let open = bench.begun("open");
        let found = |query: Query| -> Vec<String> {
            assert_eq!(bench.store.count(&call(), &query).unwrap(), bench.find(&query).len() as u64);
            bench.find(&query).into_iter().map(|entry| entry.config_id.unwrap_or_default()).collect()
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(found(Query { key: some("a_b"), ..bench.query() }), ["c1"]);
        assert_eq!(found(Query { config_id: some("c2"), ..bench.query() }), ["c2"]);
        assert_eq!(found(Query { state: some("s-aXb"), ..bench.query() }), ["c2"]);
        assert_eq!(found(Query { state: some("seen"), ..bench.query() }), ["c3"], "as WeCom showed it");
        assert_eq!(found(Query { remark: some("r"), ..bench.query() }).len(), 3);
        assert_eq!(found(Query { user: some("lISI"), ..bench.query() }).len(), 3, "without regard to case");
        assert_eq!(found(Query { user: some("l_si"), ..bench.query() }).len(), 0, "no wildcards");
        assert_eq!(found(Query { user: some("wangwu"), ..bench.query() }), ["c3"]);
        assert_eq!(found(Query { party: Some(7), ..bench.query() }).len(), 3);
        assert_eq!(found(Query { status: Some(Status::Active), ..bench.query() }), ["c1", "c2", "c3"]);
        assert_eq!(found(Query { open: Some(true), ..bench.query() }), [""]);
        assert_eq!(found(Query { has_key: Some(false), ..bench.query() }), ["c3"]);
        assert_eq!(found(Query::of("another corporation")), [""; 0]);
        // Others use the same tables, so that ids need not follow each other.
        let all: Vec<i64> = bench.find(&bench.query()).into_iter().map(|entry| entry.id).collect();
        assert_eq!((all.len(), all[3]), (4, open.id));
        let page = bench.store.find(&call(), &bench.query(), all[1], 1).unwrap();
        assert_eq!(page.into_iter().map(|entry| entry.id).collect::<Vec<_>>(), [all[2]]);
    });
}

#[test]
fn a_walk_marks_what_it_lists_and_the_rest_can_be_asked_for() {
    each(|bench| {
        for n in 0..3 {
            bench.active(&n.to_string(), &format!("c{n}"));
        }
        let generation = bench.store.begin_sync(&call(), &bench.corp_id).unwrap();
        let listed = ["c0", "stranger", "c2"].map(str::to_owned);
        let mut known = bench.store.mark_listed(&call(), &bench.corp_id, &listed, generation).unwrap();
        known.sort_unstable();
        assert_eq!(known, ["c0", "c2"]);
        let unlisted = bench.find(&Query { unlisted_in: Some(generation), ..bench.query() });
        assert_eq!(unlisted[0].config_id.as_deref(), Some("c1"));
        let unchecked =
            || bench.store.count(&call(), &Query { unchecked_in: Some(generation), ..bench.query() }).unwrap();
        assert_eq!(unchecked(), 3);
        let at = At { id: unlisted[0].id, attempt: 1 };
        bench.change(at, Event::Seen(Sight { generation: Some(generation), ..sight() }));
        assert_eq!(unchecked(), 2);
    });
}

#[test]
fn a_sync_goes_on_for_a_day_where_it_stood() {
    each(|bench| {
        let begin = || bench.store.begin_sync(&call(), &bench.corp_id).unwrap();
        let first = begin();
        assert_eq!(begin(), first);
        bench.wait(24 * 3_600_000 + 1);
        assert_eq!(begin(), first + 1);
        bench.store.end_sync(&call(), &bench.corp_id, first + 1).unwrap();
        assert_eq!(begin(), first + 2);
    });
}

#[test]
fn what_is_over_for_long_is_purged_but_not_what_is_gone() {
    const DAY: i64 = 86_400_000;
    each(|bench| {
        let temporary = Intent { lives_ms: Some(DAY), ..bench.intent("t") };
        let Intended::New { id, attempt, .. } = bench.store.intend(&call(), vec![temporary]).unwrap().remove(0) else {
            panic!()
        };
        bench.change(At { id, attempt }, bench.acked("t"));
        let (gone, deleted) = (bench.active("g", "g"), bench.active("d", "d"));
        bench.change(gone, Event::Gone);
        bench.change(deleted, Event::Deleted);
        let purged = || {
            while bench.store.purge(&call(), &bench.corp_id).unwrap() > 0 {}
            bench
                .find(&bench.query())
                .iter()
                .map(|it| (it.config_id.clone().unwrap(), it.status.name()))
                .collect::<Vec<_>>()
        };
        let left =
            |of: &[(&str, &'static str)]| of.iter().map(|(id, status)| ((*id).to_owned(), *status)).collect::<Vec<_>>();
        assert_eq!(purged(), left(&[("t", "active"), ("g", "gone"), ("d", "deleted")]));
        bench.wait(2 * DAY);
        assert_eq!(purged(), left(&[("t", "gone"), ("g", "gone"), ("d", "deleted")]));
        bench.wait(30 * DAY);
        assert_eq!(purged(), left(&[("g", "gone"), ("d", "deleted")]));
        bench.wait(60 * DAY);
        assert_eq!(purged(), left(&[("g", "gone")]));
    });
}

#[test]
fn a_corporation_s_entries_belong_to_one_base_url() {
    each(|bench| {
        let error = bench.store.corp(&call(), &bench.corp_id, "http://127.0.0.1:1").unwrap_err();
        assert_eq!(error.kind(), Kind::Store);
        for part in ["https://wecom", "http://127.0.0.1:1", "UPDATE contactway_corp", &bench.corp_id] {
            assert!(error.to_string().contains(part), "{error}");
        }
    });
}

#[test]
fn callers_that_wait_together_share_commits_and_each_gets_its_own() {
    each(|bench| {
        let callers = 32;
        std::thread::scope(|scope| {
            for caller in 0..callers {
                scope.spawn(move || {
                    for round in 0..5 {
                        let name = format!("{caller}.{round}");
                        let at = bench.active(&name, &name);
                        assert_eq!(bench.by_config_id(&name).map(|entry| entry.id), Some(at.id));
                    }
                });
            }
        });
        assert_eq!(bench.store.count(&call(), &bench.query()).unwrap(), callers * 5);
    });
}
