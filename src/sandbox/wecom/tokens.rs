//! The endpoints that hand out tokens.

use serde_json::json;

use super::Wecom;
use super::answer::{Answer, Outcome, Refusal, to_json};
use super::caller::{SUITE_TOKEN, bearer};
use crate::json::{Object, Value};
use crate::lock::{lock, write};
use crate::sandbox::serve::Request;
use crate::sandbox::world::grants::Bearer;

pub fn gettoken(wecom: &Wecom, request: &Request, now: i64) -> Outcome {
    // The secret is looked at before the corporation.
    let secret = given(request.query("corpsecret"), 41004)?;
    let corp_id = given(request.query("corpid"), 41002)?;
    if wecom.wrong_secrets.is_banned(now) {
        return Err(45009.into());
    }
    let mut apps = wecom.world.config.apps.iter().zip(0..);
    if !wecom.world.corps.contains_key(&corp_id) {
        return Err(wrong_secret(wecom, 40013, now));
    }
    let Some((_, place)) = apps.find(|(app, _)| app.corp_id == corp_id && app.secret == secret) else {
        return Err(wrong_secret(wecom, 40001, now));
    };
    let (token, left) = hand_out(wecom, Bearer::App(place), now);
    Ok(Answer::new(0, "ok", json!({"access_token": token, "expires_in": left})))
}

pub fn get_suite_token(wecom: &Wecom, request: &Request, now: i64) -> Outcome {
    let body = object(request)?;
    let text = |name| body.get(name).and_then(Value::as_text).map(str::to_owned);
    let suite_id = given(text("suite_id"), 41021)?;
    let suite_secret = given(text("suite_secret"), 41024)?;
    let suite_ticket = given(text("suite_ticket"), 41023)?;
    let mut suites = wecom.world.config.suites.iter().zip(0..);
    let Some((suite, place)) = suites.find(|(suite, _)| suite.id == suite_id) else {
        return Err(40083.into());
    };
    if suite.secret != suite_secret {
        return Err(40080.into());
    }
    if lock(&wecom.world.suite_tickets).get(&suite_id) != Some(&suite_ticket) {
        return Err(40085.into());
    }
    let (token, left) = hand_out(wecom, Bearer::Suite(place), now);
    Ok(Answer::new(0, "ok", json!({"suite_access_token": token, "expires_in": left})))
}

pub fn get_corp_token(wecom: &Wecom, request: &Request, now: i64) -> Outcome {
    let token = request.query("suite_access_token");
    let bearer = bearer(wecom, token.as_deref(), now, &SUITE_TOKEN)?;
    let body = object(request)?;
    let text = |name| body.get(name).and_then(Value::as_text).map(str::to_owned);
    let auth_corp_id = given(text("auth_corpid"), 41002)?;
    let permanent_code = given(text("permanent_code"), 41025)?;
    let suites = &wecom.world.config.suites;
    let suite_id = match bearer {
        Bearer::Suite(place) => suites.get(usize::from(place)).map(|suite| &suite.id),
        _ => None,
    };
    let mut of_suite = suites.iter().zip(0..).filter(|(suite, _)| Some(&suite.id) == suite_id);
    let Some((suite, place)) = of_suite.find(|(suite, _)| suite.auth_corp_id == auth_corp_id) else {
        return Err(710_000.into());
    };
    if suite.permanent_code != permanent_code {
        return Err(40084.into());
    }
    let (token, left) = hand_out(wecom, Bearer::Authorised(place), now);
    // For historical reasons this answer has an errcode only when it is an error.
    let body = to_json(&json!({"access_token": token, "expires_in": left}));
    Ok(Answer { errcode: 0, errmsg: "ok".to_owned(), body, rule: None })
}

fn hand_out(wecom: &Wecom, bearer: Bearer, now: i64) -> (String, i64) {
    let world = &wecom.world;
    write(&world.grants).hand_out(bearer, now, world.config.token_life_s, &world.ids)
}

fn wrong_secret(wecom: &Wecom, code: i32, now: i64) -> Refusal {
    if wecom.wrong_secrets.count(now) { code.into() } else { 45009.into() }
}

fn given(text: Option<String>, code_if_missing: i32) -> Result<String, Refusal> {
    text.filter(|text| !text.is_empty()).ok_or_else(|| code_if_missing.into())
}

fn object(request: &Request) -> Result<Object<'_>, Refusal> {
    let text = std::str::from_utf8(&request.body).map_err(|_| 40058)?;
    Object::parse(text).map_err(|_| 40058.into())
}
