//! The sample instances. Everybody and everything in them is made up, and says so.
//!
//! | instance | for |
//! |---|---|
//! | [`ACME`] | looking at: every page, every picture. No test changes anything there |
//! | [`WORK`] | changing things: each test uses alerts, people and shifts of its own |
//! | [`FULL`] | all licences are in use |
//! | [`UNSURE`] | nobody ever said how many licences there are |
//! | [`HOSTILE`] | names and texts that would like to be markup or scripts |
//! | [`HOUSE`] | those who run the installation |
//! | [`TONGUES`] | people who read German and Norwegian, and long words |

/// For looking at.
pub const ACME: &str = "acme";
/// For changing things.
pub const WORK: &str = "northwind";
/// Without a free licence.
pub const FULL: &str = "harbour";
/// Without confirmed licences.
pub const UNSURE: &str = "lantern";
/// With hostile texts.
pub const HOSTILE: &str = "thistle";
/// Whose administrators run the installation.
pub const HOUSE: &str = "house";
/// With people of several languages: [`RESPONDER`] reads German, [`COLLEAGUE`] Norwegian.
pub const TONGUES: &str = "mosaic";
/// All of them.
pub const INSTANCES: [&str; 7] = [ACME, WORK, FULL, UNSURE, HOSTILE, HOUSE, TONGUES];

/// Everybody's password.
pub const PASSWORD: &str = "a sample password 1";
/// The person with full access.
pub const ADMIN: &str = "admin";
/// A person who answers alerts.
pub const RESPONDER: &str = "akira";
/// Another one.
pub const COLLEAGUE: &str = "bo";
/// Who has a password.
pub const WITH_PASSWORD: [&str; 3] = [RESPONDER, COLLEAGUE, "mia"];

/// The sender of events.
pub const SENDER: &str = "Scripts";
/// The group that is told by default.
pub const GROUP: &str = "Payments";

/// What would like to run.
pub const SCRIPT: &str = "<script>window.hostile=1</script>";
/// What would like to leave its attribute.
pub const ATTRIBUTE: &str = "\"'><img src=x onerror=window.hostile=2>";
/// A link that would like to be a script.
pub const LINK: &str = "javascript:window.hostile=3";

/// The key of an instance's sender.
pub fn sender_key(instance: &str) -> String {
    format!("fbk_sample_{instance}_scripts_0123456789abcdef")
}

/// What `firebell licence set` is told, if anything is.
pub fn licences(instance: &str) -> &'static [&'static str] {
    match instance {
        ACME => &["full", "20", "--enforcement", "hard", "--contract", "Sample contract"],
        FULL => &["full", "4", "--enforcement", "hard"],
        UNSURE => &["full", "--remove", "--approve", "sample data"],
        _ => &[],
    }
}

/// The configuration of an instance, for `firebell apply`.
pub fn document(instance: &str) -> String {
    let key = sender_key(instance);
    let sender = format!("  - {{name: {SENDER}, format: generic, form: Outage, key: {key}}}\n");
    let mut text = format!("{CORE}{sender}");
    match instance {
        ACME => {
            text.push_str(
                "  - {name: Prometheus, format: alertmanager, form: Outage, \
                 key: fbk_sample_acme_prometheus_0123456789}\n",
            );
            text = text.replace("groups:\n", &format!("{MORE_PEOPLE}groups:\n{MORE_GROUPS}"));
            text.push_str(WINDOW);
        }
        HOSTILE => {
            let quoted = |value: &str| format!("{value:?}");
            text = text.replace("lastName: Sole", &format!("lastName: {}", quoted(SCRIPT)));
            text = text.replace("firstName: Akira", &format!("firstName: {}", quoted(ATTRIBUTE)));
            text = text.replace("name: Oslo days", &format!("name: {}", quoted(ATTRIBUTE)));
            text = text.replace("name: Work Email", &format!("name: {}", quoted("<b onclick=x>")));
            text = text.replace(DESCRIPTION, &quoted(&format!("{SCRIPT} {ATTRIBUTE} {LINK}")));
            text.push_str(&WINDOW.replace("Patching", &quoted(SCRIPT)));
        }
        TONGUES => {
            text = text.replace("lastName: Sole", "lastName: Sole, language: de");
            text = text.replace("lastName: Ek", "lastName: Ek, language: nb");
            text = text.replace("Work Email, deviceType: EMAIL, emailAddress: akira", LONG_DEVICE);
            text = text.replace(DESCRIPTION, "\"Muster\"");
            // Both are told of everything at once, by day and by night.
            text =
                text.replace("{recipient: bo, delay: 5, escalationType: PEER}", "{recipient: bo}");
            text = text.replace("- {recipient: mia}\n", "- {recipient: akira}\n");
        }
        _ => {}
    }
    text
}

/// A name as people give them in a language of long words.
const LONG_DEVICE: &str = "Bereitschaftsdienstbenachrichtigungsadresse, deviceType: EMAIL, \
                           emailAddress: akira";
/// The summary of an alert of [`TONGUES`].
pub const LONG_SUMMARY: &str =
    "Festplattenspeicherplatzüberwachung: Zahlungsverkehrsdatenbank db-3 fast voll";

const DESCRIPTION: &str = r#""Sample data: follows the sun between Oslo and New York""#;

/// What every instance has. All dates lie in the past of whoever runs this.
const CORE: &str = r#"version: 1
sites:
  - {name: Oslo office, timezone: Europe/Oslo}
people:
  - {targetName: akira, firstName: Akira, lastName: Sole, site: Oslo office, timezone: Europe/Oslo,
     roles: [Standard User],
     devices: [{name: Work Email, deviceType: EMAIL, emailAddress: akira@sample.example},
               {name: Home Email, deviceType: EMAIL, emailAddress: akira@home.example, delay: 5,
                priorityThreshold: HIGH}]}
  - {targetName: bo, firstName: Bo, lastName: Ek, timezone: Europe/Stockholm, roles: [Standard User],
     devices: [{name: Work Email, deviceType: EMAIL, emailAddress: bo@sample.example}]}
  - {targetName: mia, firstName: Mia, lastName: Berg, timezone: America/New_York,
     roles: [Group Supervisor],
     devices: [{name: Work Email, deviceType: EMAIL, emailAddress: mia@sample.example}]}
groups:
  - targetName: Payments
    description: "Sample data: follows the sun between Oslo and New York"
    supervisors: [mia]
    members: [akira, bo, mia]
    shifts:
      - name: Oslo days
        start: 2024-01-01T08:00
        end: 2024-01-01T20:00
        timezone: Europe/Oslo
        recurrence: {frequency: DAILY}
        members:
          - {recipient: akira}
          - {recipient: bo, delay: 5, escalationType: PEER}
          - {recipient: mia, delay: 10, escalationType: MANAGEMENT, inRotation: false}
        rotation:
          {type: TIME, direction: FIRST_TO_LAST, interval: 1, intervalUnit: WEEKS,
           nextRotationTime: 2024-01-08T08:00}
      - name: New York nights
        start: 2024-01-01T14:00
        end: 2024-01-02T02:00
        timezone: America/New_York
        recurrence: {frequency: DAILY}
        members:
          - {recipient: mia}
          - {recipient: bo, delay: 5, escalationType: PEER}
forms:
  - {name: Outage, recipients: [Payments], priority: MEDIUM}
integrations:
"#;

const MORE_PEOPLE: &str = r"  - {targetName: ada, firstName: Ada, lastName: Lind, timezone: Europe/Oslo,
     roles: [Person Supervisor],
     devices: [{name: Work Email, deviceType: EMAIL, emailAddress: ada@sample.example}]}
  - {targetName: tom, firstName: Tom, lastName: Vale, timezone: America/New_York,
     roles: [Standard User],
     devices: [{name: Work Email, deviceType: EMAIL, emailAddress: tom@sample.example}]}
  - {targetName: ines, firstName: Ines, lastName: Roth, timezone: Europe/Berlin,
     roles: [Standard User],
     devices: [{name: Work Email, deviceType: EMAIL, emailAddress: ines@sample.example}]}
  - {targetName: nils, firstName: Nils, lastName: Quiet, timezone: Europe/Oslo, roles: [Standard User]}
  - {targetName: lea, firstName: Lea, lastName: Watcher, timezone: Europe/Oslo, roles: [Standard User],
     licenseType: STAKEHOLDER_USER,
     devices: [{name: Work Email, deviceType: EMAIL, emailAddress: lea@sample.example}]}
";

const MORE_GROUPS: &str = r#"  - targetName: Storage
    description: "Sample data: one week each"
    supervisors: [ada]
    members: [tom, ines]
    shifts:
      - name: Weeks
        start: 2024-01-01T09:00
        end: 2024-01-08T09:00
        timezone: Europe/Berlin
        recurrence: {frequency: WEEKLY, onDays: [MO]}
        members:
          - {recipient: tom}
          - {recipient: ines, delay: 10, escalationType: PEER}
        rotation:
          {type: TIME, direction: FIRST_TO_LAST, interval: 1, intervalUnit: WEEKS,
           nextRotationTime: 2024-01-08T09:00}
  - targetName: Web
    description: "Sample data: nobody at night, and nobody yet at weekends"
    supervisors: [mia]
    members: [akira, nils]
    shifts:
      - name: Office hours
        start: 2024-01-01T09:00
        end: 2024-01-01T17:00
        timezone: Europe/Oslo
        recurrence: {frequency: EVERY_WEEKDAY}
        members: [{recipient: akira}, {recipient: nils, delay: 5, escalationType: PEER}]
      - name: Weekends
        start: 2024-01-06T09:00
        end: 2024-01-06T17:00
        timezone: Europe/Oslo
        recurrence: {frequency: EVERY_WEEKEND_DAY}
        members: []
  - targetName: Everyone
    groupType: BROADCAST
    description: "Sample data: for news that concerns all"
    members: [akira, bo, mia, ada, tom, ines]
"#;

const WINDOW: &str = r#"maintenanceWindows:
  - name: Patching
    integrations: [Scripts]
    matchers: ['severity!="critical"']
    start: 2024-01-07T02:00
    end: 2024-01-07T04:00
    timezone: Europe/Oslo
    recurrence: {frequency: WEEKLY, onDays: [SU]}
"#;

/// An event as a sender posts it, and what becomes of its alert.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// The summary.
    pub summary: &'static str,
    /// The priority.
    pub priority: &'static str,
    /// How often it is sent.
    pub times: u32,
    /// What a colleague then does: the last word of the API's path.
    pub then: Option<&'static str>,
}

/// The events of [`ACME`] and [`HOSTILE`]; the first one's alert is the one that is looked at.
pub const EVENTS: [Event; 6] = [
    Event { summary: "Disk almost full on db-3", priority: "HIGH", times: 3, then: None },
    Event {
        summary: "Checkout latency p99 above 2 s",
        priority: "MEDIUM",
        times: 14,
        then: Some("acknowledge"),
    },
    Event { summary: "Certificate expires in 9 days", priority: "LOW", times: 1, then: None },
    Event { summary: "Queue of payments grows", priority: "HIGH", times: 2, then: Some("resolve") },
    Event {
        summary: "Backup of db-2 is late",
        priority: "MEDIUM",
        times: 1,
        then: Some("suspend"),
    },
    Event { summary: "Host build-7 does not answer", priority: "HIGH", times: 1, then: None },
];
