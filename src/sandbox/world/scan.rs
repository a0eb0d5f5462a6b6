//! A customer scans a code, and a member agrees.

use serde::Serialize;

use super::contact_ways::ContactWay;
use super::customers::{Customer, Customers, Follow, TempChat};
use super::events::{ChangeType, Event};
use super::ids::{ConfigId, Ids};
use super::people::Member;
use super::{Corp, World};
use crate::lock::write;

/// Who scans what.
#[derive(Debug)]
pub struct Scan<'s> {
    pub config_id: &'s str,
    pub external_userid: Option<&'s str>,
    pub unionid: Option<&'s str>,
    pub corp_name: Option<&'s str>,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Scanned {
    external_userid: String,
    userid: String,
    state: String,
    accepted: bool,
    temp_chat: Option<Begun>,
    /// Whether the two became friends just now.
    #[serde(skip)]
    is_new: bool,
}

#[derive(Debug, Serialize)]
struct Begun {
    expires_at: i64,
}

/// Why nothing came of it: an errcode, and the reason in words.
pub type Refused = (i32, String);

const EXTERNAL_USERID_LENGTH: usize = 30;
const WELCOME_CODE_LENGTH: usize = 43;

pub fn scan(world: &World, scan: &Scan) -> Result<Scanned, Refused> {
    let now = world.clock.now();
    let unknown =
        || (41044, format!("there is no contact way {}; it was never made, or it was deleted", scan.config_id));
    let id: ConfigId = scan.config_id.parse().map_err(|()| unknown())?;
    let mut corps = world.corps.iter().map(|(corp_id, corp)| (corp_id, write(corp)));
    let (corp_id, mut corp) = corps.find(|(_, corp)| corp.ways.get(id).is_some()).ok_or_else(unknown)?;
    let Corp { people, ways, customers, .. } = &mut *corp;
    customers.settle(now);
    let way = ways.get_mut(id).ok_or_else(unknown)?;
    refusal(way, scan, now)?;
    let serving = people.expand(way.user.iter().map(AsRef::as_ref), &way.party);
    let serving: Vec<&str> =
        serving.into_iter().filter(|id| people.member(id).is_some_and(Member::can_serve)).collect();
    let external_userid = known(customers, scan, &world.ids);
    let Some(userid) = who(way, customers, &external_userid, &serving) else {
        return Err((84074, "nobody who may serve customers is behind this contact way; update its user".to_owned()));
    };
    way.scans = way.scans.saturating_add(1);
    let pair = Pair { userid: &userid, external_userid: &external_userid };
    let accepted = way.skip_verify;
    let scanned = befriend(way, customers, pair, accepted, now);
    tell(world, corp_id, &scanned, now);
    Ok(scanned)
}

/// The member agrees to the customer.
pub fn accept(world: &World, userid: &str, external_userid: &str) -> Result<Scanned, Refused> {
    let now = world.clock.now();
    for (corp_id, corp) in &world.corps {
        let Corp { people, ways, customers, .. } = &mut *write(corp);
        let userid = people.spelled(userid);
        let Some(follow) = customers.follow_mut(userid, external_userid).filter(|follow| !follow.accepted) else {
            continue;
        };
        let id = follow.config_id;
        let way = ways.get_mut(id).ok_or((41044, format!("the contact way {id} was deleted meanwhile")))?;
        if way.is_dead(now) {
            return Err((41044, format!("the contact way {id} is dead by now")));
        }
        let accepted = befriend(way, customers, Pair { userid, external_userid }, true, now);
        tell(world, corp_id, &accepted, now);
        return Ok(accepted);
    }
    Err((
        84061,
        format!("{external_userid} does not wait for {userid} to agree; scan a code without skip_verify first"),
    ))
}

fn refusal(way: &ContactWay, scan: &Scan, now: i64) -> Result<(), Refused> {
    if way.is_dead(now) {
        let why = if way.temp.as_ref().is_some_and(|temp| temp.is_used) { "had its customer" } else { "run out" };
        return Err((41044, format!("the temporary contact way {} is dead: it has {why}", way.config_id)));
    }
    let bound = way.temp.as_ref().and_then(|temp| temp.unionid.as_deref());
    match bound {
        Some(unionid) if scan.unionid != Some(unionid) => {
            Err((40096, format!("this contact way is for the customer whose unionid is {unionid} alone")))
        }
        _ => Ok(()),
    }
}

/// The customer who scans, taken in where new.
fn known(customers: &mut Customers, scan: &Scan, ids: &Ids) -> String {
    let same = scan.unionid.and_then(|unionid| customers.with_unionid(unionid));
    let external_userid = match (scan.external_userid, same) {
        (Some(given), _) => given.to_owned(),
        (None, Some(same)) => same.external_userid.clone(),
        (None, None) => format!("wm{}", ids.text(EXTERNAL_USERID_LENGTH)),
    };
    let customer = customers.known.entry(external_userid.clone()).or_insert_with(|| Customer {
        external_userid: external_userid.clone(),
        unionid: None,
        corp_name: None,
        follow_user: std::collections::BTreeMap::new(),
    });
    if let Some(unionid) = scan.unionid {
        customer.unionid = Some(unionid.to_owned());
    }
    if let Some(corp_name) = scan.corp_name {
        customer.corp_name = Some(corp_name.to_owned());
    }
    external_userid
}

/// Whose customer it becomes: whoever has the customer already, else whoever has the company, else the next in turn.
fn who(way: &ContactWay, customers: &Customers, external_userid: &str, serving: &[&str]) -> Option<String> {
    let corp_name = customers.known.get(external_userid).and_then(|customer| customer.corp_name.as_deref());
    let company = corp_name.filter(|_| way.is_exclusive);
    let turn = usize::try_from(way.scans).ok().and_then(|scans| scans.checked_rem(serving.len()));
    customers
        .follower_of(external_userid, serving)
        .or_else(|| company.and_then(|name| customers.follower_of_company(name, serving)))
        .or_else(|| turn.and_then(|turn| serving.get(turn)).map(|userid| (*userid).to_owned()))
}

#[derive(Clone, Copy)]
struct Pair<'p> {
    userid: &'p str,
    external_userid: &'p str,
}

/// Ties the customer to the member, who may still have to agree.
fn befriend(way: &mut ContactWay, customers: &mut Customers, pair: Pair, accepted: bool, now: i64) -> Scanned {
    let Pair { userid, external_userid } = pair;
    let friend = customers.friend(userid, external_userid);
    // Who has agreed before is not asked again; and friends stay as they are, with the chat that they may have.
    let accepted = accepted || friend.is_some();
    let are_friends = friend.is_some_and(|friend| !friend.customer_left);
    let state = way.state.to_string();
    if !are_friends && let Some(customer) = customers.known.get_mut(external_userid) {
        let (config_id, state) = (way.config_id, state.clone());
        let follow = Follow { config_id, state, added_at: now, accepted, customer_left: false, temp_chat: None };
        customer.follow_user.insert(userid.to_owned(), follow);
    }
    let mut begun = None;
    if let Some(temp) = way.temp.as_mut().filter(|_| accepted) {
        temp.is_used = true;
        let expires_at = now.saturating_add(temp.chat_expires_in);
        begun = Some(Begun { expires_at });
        customers.close_chat(userid, external_userid, now);
        customers.begin_chat(userid, external_userid, TempChat { expires_at, conclusions: temp.conclusions.clone() });
    }
    Scanned {
        external_userid: external_userid.to_owned(),
        userid: userid.to_owned(),
        state,
        accepted,
        temp_chat: begun,
        is_new: accepted && !are_friends,
    }
}

/// The company's server hears of a new friendship.
fn tell(world: &World, corp_id: &str, scanned: &Scanned, now: i64) {
    // A code is drawn for who is told of it alone, so that the names of all others stay the same.
    if scanned.is_new && world.events.are_wanted {
        world.events.happened(Event {
            change_type: ChangeType::AddExternalContact,
            corp_id: corp_id.to_owned(),
            userid: scanned.userid.clone(),
            external_userid: scanned.external_userid.clone(),
            state: Some(scanned.state.clone()).filter(|state| !state.is_empty()),
            welcome_code: Some(world.ids.text(WELCOME_CODE_LENGTH)),
            at: now,
        });
    }
}
