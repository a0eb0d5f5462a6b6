//! Plain updates and deletes keep the ledger true.

use std::thread;

use contactway::{Client, Endpoint, Error, Kind, Options};

use crate::support::books::{add, config_id, each, entries, key, request, statuses, within};

fn made(client: &Client) -> String {
    config_id(&add(client, &request("a"), &key("shop-1")).unwrap())
}

fn update(client: &Client, config_id: &str, more: &str) -> Result<String, Error> {
    client.call(Endpoint::Update, &format!(r#"{{"config_id":"{config_id}"{more}}}"#), &Options::default())
}

fn del(client: &Client, config_id: &str) -> Result<String, Error> {
    client.call(Endpoint::Del, &format!(r#"{{"config_id":"{config_id}"}}"#), &Options::default())
}

#[test]
fn an_update_is_folded_in() {
    each(|books| {
        let client = books.client("");
        let config_id = made(&client);
        update(&client, &config_id, r#","remark":"counter 2","user":["lisi"]"#).unwrap();
        let [entry] = &entries(&client, r#"{"remark":"counter 2","user":"LISI"}"#)[..] else { panic!("not one entry") };
        assert_eq!(entry["contact_way"]["state"], "a", "what it left out stays");
        let refused = update(&client, &config_id, r#","user":["nobody-here"]"#).unwrap_err();
        assert_eq!(refused.kind(), Kind::Api);
        assert_eq!(entries(&client, r#"{"user":"lisi"}"#).len(), 1, "what was refused changes nothing");
    });
}

#[test]
fn two_writers_do_not_undo_each_other() {
    each(|books| {
        let (one, other) = (books.client(""), books.elsewhere(""));
        let config_id = made(&one);
        books.shop.faults(r#"{"endpoint":"update_contact_way","nth":1,"times":1,"do":{"delay_ms":400}}"#);
        thread::scope(|scope| {
            let first = scope.spawn(|| update(&one, &config_id, r#","remark":"r""#).unwrap());
            while books.shop.count("update_contact_way") == 0 {
                thread::sleep(std::time::Duration::from_millis(5));
            }
            let hasty = format!(r#"{{"config_id":"{config_id}","state":"b"}}"#);
            let error = other.call(Endpoint::Update, &hasty, &within(100, Options::default())).unwrap_err();
            assert_eq!((error.kind(), error.is_retryable()), (Kind::Conflict, true));
            assert!(error.retry_after().is_some(), "{error:?}");
            update(&other, &config_id, r#","state":"b""#).unwrap();
            first.join().unwrap();
        });
        assert_eq!(entries(&one, r#"{"remark":"r","state":"b"}"#).len(), 1);
    });
}

#[test]
fn what_was_deleted_is_marked() {
    each(|books| {
        let client = books.client("");
        let config_id = made(&client);
        del(&client, &config_id).unwrap();
        assert_eq!(statuses(&client, "{}"), ["deleted"]);
        assert_eq!(del(&client, &config_id).unwrap_err().errcode(), 41044);
    });
}

#[test]
fn that_wecom_knows_no_such_contact_way_deletes_an_entry_only_after_a_lost_delete_of_ours() {
    each(|books| {
        let client = books.client(r#","max_attempts":1"#);
        let config_id = made(&client);
        // Another app's credentials get 41044 for a living contact way.
        books.shop.faults(r#"{"endpoint":"del_contact_way","nth":1,"times":1,"do":{"errcode":41044}}"#);
        assert_eq!(del(&client, &config_id).unwrap_err().errcode(), 41044);
        assert_eq!(statuses(&client, "{}"), ["active"]);
        books.shop.faults(r#"{"endpoint":"del_contact_way","nth":1,"times":1,"when":"after","do":{"reset":true}}"#);
        let lost = del(&client, &config_id).unwrap_err();
        assert_eq!(statuses(&client, "{}"), ["active"], "{lost}");
        let again = del(&client, &config_id).unwrap();
        assert!(again.contains("done_already"), "{again}");
        assert_eq!(statuses(&client, "{}"), ["deleted"]);
    });
}

#[test]
fn what_the_ledger_does_not_know_is_wecoms_affair_alone() {
    each(|books| {
        let strangers = config_id(&add(&books.stranger(), &request("s"), &Options::default()).unwrap());
        let client = books.client("");
        update(&client, &strangers, r#","remark":"r""#).unwrap();
        del(&client, &strangers).unwrap();
        assert!(entries(&client, "{}").is_empty());
    });
}
