//! Closing words: what a temporary chat ends with.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::json::{Object, Value};

/// What is kept of conclusions: the text, and the one attachment that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conclusions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub miniprogram: Option<Miniprogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub content: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    pub pic_url: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub title: String,
    pub picurl: String,
    pub desc: String,
    pub url: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Miniprogram {
    pub title: String,
    pub pic_media_id: String,
    pub appid: String,
    pub page: String,
}

impl Conclusions {
    /// What counts of the conclusions of a request; `pic_url` says where a picture can be read.
    pub fn of_request(given: &Object, pic_url: impl Fn(&str) -> String) -> Self {
        let message = |name: &str| given.get(name).and_then(Value::as_object);
        let text =
            |message: &Object, name: &str| message.get(name).and_then(Value::as_text).unwrap_or_default().to_owned();
        let mut counts = Self {
            text: message("text").map(|it| Text { content: text(it, "content") }).filter(|it| !it.content.is_empty()),
            ..Self::default()
        };
        // In the document's order of precedence; what comes later is dropped.
        if let Some(image) = message("image") {
            counts.image = Some(Image { pic_url: pic_url(&text(image, "media_id")) });
        } else if let Some(link) = message("link") {
            counts.link = Some(Link {
                title: text(link, "title"),
                picurl: text(link, "picurl"),
                desc: text(link, "desc"),
                url: text(link, "url"),
            });
        } else if let Some(program) = message("miniprogram") {
            counts.miniprogram = Some(Miniprogram {
                title: text(program, "title"),
                pic_media_id: text(program, "pic_media_id"),
                appid: text(program, "appid"),
                page: text(program, "page"),
            });
        }
        counts
    }

    /// The media that a request names, where it counts.
    pub fn media_id<'r>(given: &'r Object) -> Option<&'r str> {
        let id = |pointer: &str| given.at(pointer).and_then(Value::as_text);
        match (given.get("image"), given.get("link")) {
            (Some(_), _) => id("/image/media_id"),
            (None, Some(_)) => None,
            (None, None) => id("/miniprogram/pic_media_id"),
        }
    }

    /// The messages that reach the customer, in their order: the kind and the content of each.
    pub fn messages(&self) -> Vec<(&'static str, Json)> {
        let text = self.text.as_ref().map(|text| ("text", json!(text)));
        let image = self.image.as_ref().map(|image| ("image", json!(image)));
        let link = self.link.as_ref().map(|link| ("link", json!(link)));
        let program = self.miniprogram.as_ref().map(|program| ("miniprogram", json!(program)));
        [text, image, link, program].into_iter().flatten().collect()
    }
}
