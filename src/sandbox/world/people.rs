//! A corporation's directory: its members, and its departments as a tree.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::sandbox::config::{GivenDepartment, GivenMember, ROOT};

/// One member.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // Five independent facts about a person, each with its own errcode.
pub struct Member {
    pub userid: String,
    pub active: bool,
    pub verified: bool,
    pub contact_right: bool,
    pub visible: bool,
    pub departments: Vec<i64>,
}

/// One department; the root is 1.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    pub id: i64,
    pub parent: i64,
    pub visible: bool,
}

#[derive(Clone, Debug, Default)]
pub struct People {
    /// By userid in lower case: case makes no difference to WeCom.
    members: BTreeMap<String, Member>,
    pub departments: BTreeMap<i64, Department>,
}

impl Member {
    pub fn new(userid: &str, departments: Vec<i64>) -> Self {
        Self {
            userid: userid.to_owned(),
            active: true,
            verified: true,
            contact_right: true,
            visible: true,
            departments,
        }
    }

    /// Whether customers can be given to this member.
    pub fn can_serve(&self) -> bool {
        self.active && self.verified && self.contact_right
    }
}

/// Most userids are in lower case already.
fn lower_case(userid: &str) -> Cow<'_, str> {
    if userid.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(userid.to_ascii_lowercase())
    } else {
        Cow::Borrowed(userid)
    }
}

impl People {
    pub fn member(&self, userid: &str) -> Option<&Member> {
        self.members.get(&*lower_case(userid))
    }

    /// All of them, in the order of their userids.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// The userid as its member spells it, or as it is where there is none.
    pub fn spelled<'u>(&'u self, userid: &'u str) -> &'u str {
        self.member(userid).map_or(userid, |member| &member.userid)
    }

    /// Whether there was such a member to take out.
    pub fn remove(&mut self, userid: &str) -> bool {
        self.members.remove(&*lower_case(userid)).is_some()
    }

    /// Takes in what is said of a member, over what is known already.
    pub fn put_given(&mut self, given: GivenMember) {
        let before = self.member(&given.userid).cloned();
        let before = before.unwrap_or_else(|| Member::new(&given.userid, vec![ROOT]));
        self.put_member(Member {
            userid: before.userid,
            active: given.active.unwrap_or(before.active),
            verified: given.verified.unwrap_or(before.verified),
            contact_right: given.contact_right.unwrap_or(before.contact_right),
            visible: given.visible.unwrap_or(before.visible),
            departments: given.departments.unwrap_or(before.departments),
        });
    }

    pub fn put_department(&mut self, given: GivenDepartment) {
        let GivenDepartment { id, parent, visible } = given;
        self.departments.insert(id, Department { id, parent, visible });
    }

    /// Takes a member in, or writes over the one of that name. A department that is new with it hangs under the root.
    pub fn put_member(&mut self, member: Member) {
        for id in member.departments.iter().copied().chain([ROOT]) {
            self.departments.entry(id).or_insert(Department { id, parent: ROOT, visible: true });
        }
        self.members.insert(member.userid.to_ascii_lowercase(), member);
    }

    /// Why this userid cannot stand in a contact way, as an errcode.
    pub fn refusal_of_user(&self, userid: &str) -> Option<i32> {
        let Some(member) = self.member(userid) else { return Some(60111) };
        let checks =
            [(member.visible, 60011), (member.active, 41054), (member.verified, 40098), (member.contact_right, 84074)];
        checks.into_iter().find(|(is_so, _)| !is_so).map(|(_, code)| code)
    }

    /// Why this department cannot stand in a contact way, as an errcode.
    pub fn refusal_of_department(&self, id: i64) -> Option<i32> {
        match self.departments.get(&id) {
            None => Some(60123),
            Some(department) if !department.visible => Some(60011),
            Some(_) => None,
        }
    }

    /// The users and the members of the departments and of those below them, each once.
    pub fn expand<'p>(&'p self, users: impl Iterator<Item = &'p str>, departments: &[i64]) -> Vec<&'p str> {
        let mut all: Vec<&str> = Vec::new();
        for userid in users.map(|userid| self.spelled(userid)) {
            if !all.contains(&userid) {
                all.push(userid);
            }
        }
        if !departments.is_empty() {
            let named = all.len();
            let within = self.members.values().filter(|member| self.is_in(member, departments));
            for userid in within.map(|member| member.userid.as_str()) {
                if !all[..named].contains(&userid) {
                    all.push(userid);
                }
            }
        }
        all
    }

    fn is_in(&self, member: &Member, departments: &[i64]) -> bool {
        member.departments.iter().any(|id| self.and_above(*id).any(|id| departments.contains(&id)))
    }

    /// A department and those that it lies in. A ring of parents ends where it has been round.
    fn and_above(&self, id: i64) -> impl Iterator<Item = i64> {
        let mut next = Some(id);
        let steps = self.departments.len() + 1;
        std::iter::from_fn(move || {
            let id = next?;
            next = self.departments.get(&id).map(|department| department.parent).filter(|parent| *parent != id);
            Some(id)
        })
        .take(steps)
    }
}
