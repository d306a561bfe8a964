//! What the stories share: each runs on both engines.

/// Runs async stories on SQLite and on PostgreSQL, each as a test of its own.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* $story:ident)*) => {
        mod sqlite {
            $($(#[$meta])* #[tokio::test]
            async fn $story() {
                super::$story(firebell_testkit::postgres::TestEngine::Sqlite).await;
            })*
        }
        mod postgres {
            $($(#[$meta])* #[tokio::test]
            async fn $story() {
                super::$story(firebell_testkit::postgres::TestEngine::Postgres).await;
            })*
        }
    };
}

/// The sample configuration of the stories. All people in it are sample data.
pub const PAYMENTS: &str = r#"
version: 1
people:
  - {targetName: akira, firstName: Akira, lastName: Sole, timezone: Europe/Oslo, roles: [Standard User],
     devices: [{name: Work Email, deviceType: EMAIL, emailAddress: akira@sample.example}]}
  - {targetName: bo, firstName: Bo, lastName: Ek, timezone: Europe/Stockholm, roles: [Standard User],
     devices: [{name: Work Email, deviceType: EMAIL, emailAddress: bo@sample.example, delay: 2},
               {name: Home Email, deviceType: EMAIL, emailAddress: bo@home.example}]}
  - {targetName: mia, firstName: Mia, lastName: Berg, timezone: America/New_York, roles: [Group Supervisor],
     devices: [{name: Work Email, deviceType: EMAIL, emailAddress: mia@sample.example}]}
  - {targetName: nils, firstName: Nils, lastName: Quiet, timezone: Europe/Oslo, roles: [Standard User]}
groups:
  - targetName: Payments SRE
    supervisors: [mia]
    members: [akira, bo, mia]
    shifts:
      - name: Always
        start: "2026-01-01T00:00:00Z"
        end: "2026-01-02T00:00:00Z"
        timezone: UTC
        recurrence: {frequency: DAILY, repeatEvery: 1, end: {endBy: NEVER}}
        members:
          - {recipient: akira}
          - {recipient: bo, delay: 5, escalationType: PEER}
          - {recipient: mia, delay: 10, escalationType: MANAGEMENT}
  - targetName: Empty
    supervisors: [mia]
    shifts: []
forms:
  - name: Outage
    recipients: [Payments SRE]
    priority: MEDIUM
    expirationMinutes: 180
integrations:
  - {name: Monitor, format: generic, form: Outage, key: fbk_sample_generic_key_0123456789abcd}
  - {name: Prometheus, format: alertmanager, form: Outage, key: fbk_sample_prometheus_key_0123456789}
"#;
