//! In English a page says what the errors themselves say; in other languages, nothing in English.

use firebell_access::principal::{
    Operators, Permission, Scope, allows, may_change_roles, may_set_mail, may_set_password,
};
use firebell_config::ConfigError;
use firebell_config::fresh::Cause;
use firebell_config::guard::Held;
use firebell_domain::directory::Revision;
use firebell_domain::person::{LicenceType, Role};
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use crate::reason;
use crate::words::{Lang, Say, WORDS};

fn say(lang: Lang) -> Say {
    Say::new(&WORDS, lang)
}

#[track_caller]
fn is_said(english: &str, said: impl Fn(Say) -> String) {
    assert_eq!(said(say(Lang::English)), english);
    for lang in [Lang::German, Lang::Norwegian] {
        let text = said(say(lang));
        let words = [" the ", " You ", " may not", " and ", " this ", "{", "ui-"];
        let there: Vec<&&str> = words.iter().filter(|word| text.contains(**word)).collect();
        assert!(there.is_empty() && !text.is_empty(), "{lang:?} {there:?}: {text}");
    }
}

#[tokio::test]
async fn what_somebody_may_not_is_said_in_their_language() {
    let pages = Pages::new(TestEngine::Sqlite, axum::Router::new()).await;
    let directory = pages.directory();
    let ada = directory.person_by_name("ada").unwrap();
    let no = directory.instance.no;
    let mut refused = Vec::new();
    for name in ["bo", "pia", "rea", "sten", "gil"] {
        let person = directory.person_by_name(name).unwrap();
        let via = firebell_access::Via::Basic;
        let principal = firebell_access::Principal::of(&directory, person.id, via).unwrap();
        for permission in Permission::ALL {
            for scope in [
                Scope::Instance,
                Scope::Person(ada),
                Scope::Group { supervisors: &[] },
                Scope::Server(Operators::Of(no)),
                Scope::Server(Operators::NotSet),
                Scope::Server(Operators::NotThere),
            ] {
                refused.extend(allows(&principal, permission, &scope).err());
            }
            let link = firebell_access::Principal {
                via: firebell_access::Via::Link,
                licence: LicenceType::FullUser,
                ..principal.clone()
            };
            refused.extend(allows(&link, permission, &Scope::Instance).err());
        }
        for role in Role::ALL {
            refused.extend(may_change_roles(&principal, &[], &[role]).err());
        }
        refused.extend(may_set_password(&principal, ada).err());
        refused.extend(may_set_mail(&principal, ada).err());
    }
    assert!(refused.len() > 100, "{}", refused.len());
    for forbidden in refused {
        is_said(&forbidden.message, |t| reason::forbidden(t, &forbidden.why));
    }
}

#[test]
fn why_a_change_was_refused_is_said_in_the_readers_language() {
    let (held, found) = (Revision { epoch: 1, n: 9 }, Revision { epoch: 1, n: 7 });
    let mut errors = vec![
        ConfigError::Unknown("acme \"x\"".to_owned()),
        ConfigError::WentBack { held, found },
        ConfigError::Changed { kind: "group", found: Some(found) },
        ConfigError::Changed { kind: "group", found: None },
        ConfigError::NeedsApproval(Held { guard: "x", what: "4711.".to_owned() }),
    ];
    errors.extend(Cause::ALL.map(ConfigError::Unconfirmed));
    for error in errors {
        is_said(&error.to_string(), |t| reason::change(t, &error));
    }
}
