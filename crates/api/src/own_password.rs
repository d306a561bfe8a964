//! `POST /api/firebell/1/sign-in/password`: one's own password, for whoever knows the old one.
//!
//! The old password is asked for whatever the caller came with: an access token or an API key that
//! somebody else got hold of must not become the account. Wrong ones count like failures to sign
//! in. Who did it and when is in the audit, as for every change of configuration.

use axum::extract::{Request, State};
use axum::response::Response;
use firebell_access::authenticate::Login;
use firebell_access::session::Visitor;
use firebell_access::{TokenError, Via, password};
use firebell_base::Secret;
use firebell_config::{Change, Faults};
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::person::PersonId;
use http::StatusCode;
use serde_json::json;

use crate::caller::{Caller, bad_token, client, sign_in_with};
use crate::error::{ApiError, json_response};
use crate::oauth::agent;
use crate::routes::{Route, route};
use crate::sign_in::{own_session, read, shape_of, text};
use crate::state::ApiState;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[route!(POST "/api/firebell/1/sign-in/password" => set,
    "Change one's own password, with the old one. Ends all sessions; a session gets new tokens.")
.fields(&["password*", "newPassword*"])];

async fn set(
    State(state): State<ApiState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = read(&state, request).await?;
    let old = text(body.object(), "password")?.to_owned();
    let new = text(body.object(), "newPassword")?.to_owned();
    let refuse = |message: String| {
        ApiError::bad_request("validation.person.password", message, &["newPassword"])
    };
    password::check(&new).map_err(|error| refuse(error.to_string()))?;
    if old == new {
        return Err(refuse("The new password is the old one. Choose another.".to_owned()));
    }
    let client = client(&parts);
    let known = known(
        &state,
        &caller,
        Login {
            user: caller.person().map(|person| person.web_login.as_str()).unwrap_or_default(),
            password: Secret::new(old),
            via: Via::Basic,
            client,
        },
    )
    .await?;
    let random = state.random.clone();
    let hash = state.hashing.run(move || password::hash(&new, &random)).await?;
    let hash = hash.map_err(|error| ApiError::internal(&error))?;
    let (no, person) = (caller.directory.instance.no, caller.principal.person);
    let by = caller.author("own password changed");
    let now = state.clock.now();
    let decide = move |newest: &Directory| replaced(newest, person, &known, &hash);
    let committed = state.authority.change(no, &by, now, decide).await?;
    let sessions = state.authenticator.sessions();
    sessions.end_all(no, person, now);
    if own_session(&caller).is_none() {
        let message = "The new password is set. All sessions were ended.";
        return Ok(json_response(StatusCode::OK, &json!({ "message": message })));
    }
    let directory = &committed.directory;
    let visitor = Visitor { client, agent: agent(&parts.headers) };
    let begun = sessions.begin_api(directory, person, visitor, &state.random, now);
    let tokens = begun.ok_or_else(|| bad_token(&state, TokenError::Outdated))?;
    Ok(json_response(StatusCode::OK, &shape_of(directory, person, &tokens)))
}

/// The stored hash of the old password, if it is the right one.
async fn known(state: &ApiState, caller: &Caller, login: Login<'_>) -> Result<String, ApiError> {
    let person = caller.principal.person;
    let principal = sign_in_with(state, &caller.directory, login).await;
    let wrong = || {
        let message = "The old password is wrong. Nothing was changed.";
        ApiError::new(StatusCode::FORBIDDEN, message).subcode("sign_in.password.wrong")
    };
    match principal {
        Ok(principal) if principal.person == person => {}
        Ok(_) => return Err(wrong()),
        // Not 401: who they are is not in question.
        Err(error) if error.status == StatusCode::UNAUTHORIZED => return Err(wrong()),
        Err(error) => return Err(error),
    }
    caller.directory.password(person).map(|password| password.hash.clone()).ok_or_else(wrong)
}

/// The new password, if the old one is still the one that was entered.
fn replaced(
    newest: &Directory,
    person: PersonId,
    known: &str,
    hash: &str,
) -> Result<Vec<Change>, Faults> {
    if newest.password(person).is_none_or(|password| password.hash != known) {
        let message = "was changed meanwhile; sign in again, and try again if it was you";
        return Err(Faults::one("password", message, "sign_in.password.changed"));
    }
    Ok(vec![Change::Put(Entity::Password(Password { person, hash: hash.to_owned() }))])
}

#[cfg(test)]
mod tests {
    use firebell_access::password;
    use firebell_base::Random;

    use super::*;
    use crate::tests::world::{World, id, who};

    #[tokio::test]
    async fn of_two_who_change_it_at_once_one_does() {
        let world = World::open(firebell_testkit::postgres::TestEngine::Sqlite).await;
        let directory = world.state.snapshots.by_name("acme").unwrap();
        let ann: PersonId = id(1, who::ANN);
        let known = directory.password(ann).unwrap().hash.clone();
        let hash = password::hash("another long password", &Random::seeded(2)).unwrap();
        assert_eq!(replaced(&directory, ann, &known, &hash).unwrap().len(), 1);
        let faults = replaced(&directory, ann, &hash, &known).unwrap_err();
        assert_eq!(faults.0[0].subcode, "sign_in.password.changed");
        let stranger = PersonId::from_bytes([9; 16]);
        assert!(replaced(&directory, stranger, &known, &hash).is_err());
    }
}
