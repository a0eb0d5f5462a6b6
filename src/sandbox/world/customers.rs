//! Customers, who looks after them, the temporary chats and the messages that end them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::conclusions::Conclusions;
use super::ids::ConfigId;

/// A customer of a corporation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    pub external_userid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unionid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corp_name: Option<String>,
    /// The members who follow this customer, by userid.
    #[serde(default)]
    pub follow_user: BTreeMap<String, Follow>,
}

/// A member's tie to a customer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    pub config_id: ConfigId,
    pub state: String,
    pub added_at: i64,
    /// False until the member agrees.
    pub accepted: bool,
    /// The customer has deleted the member, who has not deleted the customer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub customer_left: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temp_chat: Option<TempChat>,
}

/// A chat that ends by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TempChat {
    pub expires_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusions: Option<Conclusions>,
}

/// A message that reached a customer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    pub userid: String,
    pub external_userid: String,
    pub msgtype: String,
    /// The content, under the name of the kind.
    #[serde(flatten)]
    pub content: BTreeMap<String, Json>,
    pub sent_at: i64,
}

#[derive(Debug)]
pub struct Customers {
    pub known: BTreeMap<String, Customer>,
    pub messages: Vec<Message>,
    /// No chat runs out before this time.
    next_end: i64,
}

impl Default for Customers {
    fn default() -> Self {
        Self { known: BTreeMap::new(), messages: Vec::new(), next_end: i64::MAX }
    }
}

impl Customers {
    pub fn of(known: BTreeMap<String, Customer>, messages: Vec<Message>) -> Self {
        // Too early a time only means one look more.
        Self { known, messages, next_end: i64::MIN }
    }

    /// The member who already follows this customer, or another of the same company, among those given.
    pub fn follower_of(&self, external_userid: &str, of: &[&str]) -> Option<String> {
        let follows = |customer: &Customer| customer.follow_user.keys().find(|id| of.contains(&id.as_str())).cloned();
        self.known.get(external_userid).and_then(follows)
    }

    /// The member among those given who follows a customer of this company.
    pub fn follower_of_company(&self, corp_name: &str, of: &[&str]) -> Option<String> {
        let same = self.known.values().filter(|customer| customer.corp_name.as_deref() == Some(corp_name));
        same.flat_map(|customer| &customer.follow_user)
            .filter(|(userid, _)| of.contains(&userid.as_str()))
            .min_by_key(|(_, follow)| follow.added_at)
            .map(|(userid, _)| userid.clone())
    }

    pub fn with_unionid(&self, unionid: &str) -> Option<&Customer> {
        self.known.values().find(|customer| customer.unionid.as_deref() == Some(unionid))
    }

    /// The member's tie to the customer, where the two became friends.
    pub fn friend(&self, userid: &str, external_userid: &str) -> Option<&Follow> {
        self.known.get(external_userid)?.follow_user.get(userid).filter(|follow| follow.accepted)
    }

    /// Begins a temporary chat between two who know each other.
    pub fn begin_chat(&mut self, userid: &str, external_userid: &str, chat: TempChat) {
        self.next_end = self.next_end.min(chat.expires_at);
        if let Some(follow) = self.follow_mut(userid, external_userid) {
            follow.temp_chat = Some(chat);
        }
    }

    /// Ends the temporary chat of these two, closing words first; `false` where there is none.
    pub fn close_chat(&mut self, userid: &str, external_userid: &str, now: i64) -> bool {
        let chat = self.follow_mut(userid, external_userid).and_then(|follow| follow.temp_chat.take());
        let Some(chat) = chat else { return false };
        self.send(userid, external_userid, &chat, now);
        true
    }

    /// Ends the chats whose time is over, in the order in which they ran out.
    pub fn settle(&mut self, now: i64) {
        if now < self.next_end {
            return;
        }
        let mut over = Vec::new();
        self.next_end = i64::MAX;
        for customer in self.known.values_mut() {
            for (userid, follow) in &mut customer.follow_user {
                if let Some(chat) = follow.temp_chat.take_if(|chat| chat.expires_at <= now) {
                    over.push((chat, userid.clone(), customer.external_userid.clone()));
                } else if let Some(chat) = &follow.temp_chat {
                    self.next_end = self.next_end.min(chat.expires_at);
                }
            }
        }
        over.sort_by_key(|(chat, ..)| chat.expires_at);
        for (chat, userid, external_userid) in over {
            self.send(&userid, &external_userid, &chat, chat.expires_at);
        }
    }

    pub fn follow_mut(&mut self, userid: &str, external_userid: &str) -> Option<&mut Follow> {
        self.known.get_mut(external_userid)?.follow_user.get_mut(userid)
    }

    fn send(&mut self, userid: &str, external_userid: &str, chat: &TempChat, sent_at: i64) {
        for (msgtype, content) in chat.conclusions.iter().flat_map(Conclusions::messages) {
            self.messages.push(Message {
                userid: userid.to_owned(),
                external_userid: external_userid.to_owned(),
                msgtype: msgtype.to_owned(),
                content: BTreeMap::from([(msgtype.to_owned(), content)]),
                sent_at,
            });
        }
    }
}
