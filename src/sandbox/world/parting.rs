//! A customer and a member part.

use super::events::{ChangeType, Event};
use super::scan::Refused;
use super::{Corp, World};
use crate::lock::write;

/// Who deletes whom.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// The member the customer.
    Member,
    /// The customer the member, who keeps the customer nevertheless.
    Customer,
}

/// Ends what is between the two, and a temporary chat with it, without closing words.
pub fn part(world: &World, by: By, userid: &str, external_userid: &str) -> Result<(), Refused> {
    for (corp_id, corp) in &world.corps {
        let Corp { people, customers, .. } = &mut *write(corp);
        let userid = people.spelled(userid);
        customers.settle(world.clock.now());
        let Some(friend) = customers.friend(userid, external_userid) else { continue };
        if matches!(by, By::Customer) && friend.customer_left {
            return Err((84061, format!("{external_userid} has deleted {userid} before")));
        }
        let change_type = match by {
            By::Member => {
                if let Some(customer) = customers.known.get_mut(external_userid) {
                    customer.follow_user.remove(userid);
                }
                ChangeType::DelExternalContact
            }
            By::Customer => {
                if let Some(follow) = customers.follow_mut(userid, external_userid) {
                    (follow.customer_left, follow.temp_chat) = (true, None);
                }
                ChangeType::DelFollowUser
            }
        };
        world.events.happened(Event {
            change_type,
            corp_id: corp_id.clone(),
            userid: userid.to_owned(),
            external_userid: external_userid.to_owned(),
            state: None,
            welcome_code: None,
            at: world.clock.now(),
        });
        return Ok(());
    }
    Err((84061, format!("{external_userid} is no customer of {userid}; scan a code first")))
}
