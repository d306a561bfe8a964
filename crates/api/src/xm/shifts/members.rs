//! The members of one shift.

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_config::Change;
use firebell_domain::directory::{Entity, Kind};
use firebell_domain::recipient::Recipient;

use super::body::read_member;
use super::readable;
use crate::body::Body;
use crate::caller::Caller;
use crate::condition::IfMatch;
use crate::error::ApiError;
use crate::page::Query;
use crate::state::ApiState;
use crate::xm::groups::require_group;
use crate::xm::members::{on_roster, without};
use crate::xm::shape::change::{About, Context, change, decided};
use crate::xm::shape::input::Input;
use crate::xm::shape::{self, lookup, shift};

pub(super) async fn list(
    caller: Caller,
    Path((group, name)): Path<(String, String)>,
    query: Query,
) -> Result<Response, ApiError> {
    let (_, of) = readable(&caller, &group, &name)?;
    let members = shift::members(&caller.directory, of);
    let path = format!("{}/members", shift::shift_path(of));
    shape::list(&path, &query, &members, Clone::clone)
}

pub(super) async fn post(
    State(state): State<ApiState>,
    caller: Caller,
    Path((group, name)): Path<(String, String)>,
    condition: IfMatch,
    (query, body): (Query, Body),
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "shift member added", move |directory, context| {
        let of = lookup::known_group(directory, &group)?;
        require_group(context, of)?;
        let mut shift = (**lookup::known_shift(directory, of.id, &name)?).clone();
        let mut input = Input::new("shift", body.object());
        let position: u16 = input.count("position").or(u16::MAX);
        let member = read_member(directory, &mut input);
        let member = input.finish_with(member)?;
        let place = usize::from(position.max(1)).saturating_sub(1).min(shift.members.len());
        let mut changes: Vec<Change> = on_roster(of, [member.recipient]).into_iter().collect();
        shift.members.insert(place, member);
        let id = shift.id;
        changes.push(Change::Put(Entity::Shift(Box::new(shift))));
        decided(About::of(Kind::Shift, id), changes, (id, place))
    });
    let (done, (id, place)) = work.await?;
    let made = done.directory.shift(id).and_then(|of| {
        let member = of.members.get(place)?;
        Some(shift::member(&done.directory, of, member, place.saturating_add(1)))
    });
    let made = made.ok_or_else(|| ApiError::not_found("shift", &id.to_string()))?;
    Ok(done.stamp(shape::ok(&query, made)))
}

pub(super) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Path((group, name, member)): Path<(String, String, String)>,
    condition: IfMatch,
    query: Query,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let reason = "shift member removed";
    let work = change(&state, &caller, context, reason, move |directory, context| {
        let of = lookup::known_group(directory, &group)?;
        require_group(context, of)?;
        let shift = lookup::known_shift(directory, of.id, &name)?;
        let who: Option<Recipient> = lookup::recipient(directory, &member);
        let about = About::of(Kind::Shift, shift.id);
        let mut members = shift.members.iter().enumerate();
        let Some((place, member)) = members.find(|(_, m)| Some(m.recipient) == who) else {
            return decided(about, Vec::new(), None);
        };
        let shape = shift::member(directory, shift, member, place.saturating_add(1));
        // Of somebody who is in it several times, only the first place goes.
        let changes = without(shift, |n, _| n == place).into_iter().collect();
        decided(about, changes, Some(shape))
    });
    let (done, shape) = work.await?;
    Ok(done.stamp(shape::removed(&query, shape)))
}
