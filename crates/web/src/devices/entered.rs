//! What was entered about a device: read from a form, shown again as it was, and turned into a device.

use firebell_base::Secret;
use firebell_domain::alert::Priority;
use firebell_domain::device::{Address, Device, is_email, is_phone};
use firebell_domain::name::Name;
use firebell_domain::person::Status;
use firebell_domain::schedule::timeframe::{DURATION_MINUTES_MAX, NAME_CHARS_MAX, Timeframe};
use firebell_domain::schedule::{WeekdaySet, Zone};
use firebell_ui::part::{Choice, Difference, Faults, Field};
use firebell_ui::{Form, Say};
use jiff::civil::{Time, Weekday};

use super::{Kind, place};
use crate::seen::shown;

/// Time frames of one form; a device with more keeps them, and is changed through the API.
const FRAMES_MAX: usize = 20;
/// The days, in the order of a working week.
const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "mo"),
    (Weekday::Tuesday, "tu"),
    (Weekday::Wednesday, "we"),
    (Weekday::Thursday, "th"),
    (Weekday::Friday, "fr"),
    (Weekday::Saturday, "sa"),
    (Weekday::Sunday, "su"),
];

/// A device as somebody entered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entered {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) place: String,
    /// A new secret; empty keeps the one there is. Never shown again.
    secret: Secret,
    drop_secret: bool,
    delay: String,
    threshold: String,
    failsafe: bool,
    pub(super) active: bool,
    frames: Vec<Frame>,
}

/// A time frame as somebody entered it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Frame {
    name: String,
    from: String,
    minutes: String,
    days: Vec<String>,
    holidays: bool,
    /// A zone of its own, which other clients can give it.
    zone: String,
}

/// A day in two letters.
pub(super) fn day_name(t: Say, day: Weekday) -> String {
    let names = t.get("web-days");
    let index = usize::try_from(day.to_monday_zero_offset()).unwrap_or_default();
    names.split_whitespace().nth(index).unwrap_or_default().to_owned()
}

impl Entered {
    /// A device that is to be made.
    pub(super) fn blank(kind: Kind) -> Self {
        Self {
            kind,
            name: String::new(),
            place: String::new(),
            secret: Secret::new(String::new()),
            drop_secret: false,
            delay: "5".to_owned(),
            threshold: Priority::Low.word().to_owned(),
            failsafe: false,
            active: true,
            frames: Vec::new(),
        }
    }

    /// A device as it is.
    pub(super) fn of(device: &Device) -> Self {
        let frame = |frame: &Timeframe| Frame {
            name: frame.name.clone(),
            from: frame.start.strftime("%H:%M").to_string(),
            minutes: frame.duration_minutes.to_string(),
            days: DAYS
                .iter()
                .filter(|(day, _)| frame.days.contains(*day))
                .map(|(_, word)| (*word).to_owned())
                .collect(),
            holidays: frame.exclude_holidays,
            zone: frame.zone.as_ref().map(|zone| zone.name().to_owned()).unwrap_or_default(),
        };
        Self {
            kind: Kind::of(&device.address),
            name: device.name.to_string(),
            place: place(device),
            delay: device.delay_minutes.to_string(),
            threshold: device.priority_threshold.word().to_owned(),
            failsafe: device.default_device,
            active: device.status == Status::Active,
            frames: device.timeframes.iter().map(frame).collect(),
            ..Self::blank(Kind::Email)
        }
    }

    /// What a form says.
    pub(super) fn read(kind: Kind, form: &Form) -> Self {
        let of = |n: usize, name: &str| form.text(&format!("frame.{n}.{name}")).to_owned();
        let frame = |n: usize| Frame {
            name: of(n, "name"),
            from: of(n, "from"),
            minutes: of(n, "minutes"),
            days: form.all(&format!("frame.{n}.days")).into_iter().map(str::to_owned).collect(),
            holidays: form.has(&format!("frame.{n}.holidays")),
            zone: of(n, "zone"),
        };
        let frames = (0..FRAMES_MAX).map(frame).filter(|frame| !frame.name.is_empty());
        Self {
            kind,
            name: form.text("name").to_owned(),
            place: form.text("place").to_owned(),
            secret: Secret::new(form.text("secret")),
            drop_secret: form.has("drop-secret"),
            delay: form.text("delay").to_owned(),
            threshold: form.text("threshold").to_owned(),
            failsafe: form.has("failsafe"),
            active: form.has("active"),
            frames: frames.collect(),
        }
    }

    /// Whether a device has more than a form can hold.
    pub(super) fn is_too_much(device: &Device) -> bool {
        device.timeframes.len() > FRAMES_MAX
    }

    /// The device that was entered; `old` says what is not in the form.
    pub(super) fn device(&self, t: Say, old: &Device, faults: &mut Faults) -> Option<Device> {
        let name = Name::parse(&self.name).ok().filter(|name| !name.as_str().contains('|'));
        if name.is_none() {
            faults.add("name", t.get("web-device-name-bad"));
        }
        let address = self.address(t, &old.address, faults);
        let delay = self.delay.parse().ok();
        if delay.is_none() {
            faults.add("delay", t.get("web-device-delay-bad"));
        }
        let threshold = Priority::from_word(&self.threshold).unwrap_or(old.priority_threshold);
        let frames: Vec<_> = self.frames.iter().enumerate().collect();
        let frames: Vec<_> =
            frames.into_iter().filter_map(|(n, frame)| frame.read(t, n, faults)).collect();
        if !faults.is_empty() {
            return None;
        }
        Some(Device {
            name: name?,
            address: address?,
            delay_minutes: delay?,
            priority_threshold: threshold,
            timeframes: if Self::is_too_much(old) { old.timeframes.clone() } else { frames },
            default_device: self.failsafe,
            status: if self.active { Status::Active } else { Status::Inactive },
            ..old.clone()
        })
    }

    fn address(&self, t: Say, old: &Address, faults: &mut Faults) -> Option<Address> {
        let place = &self.place;
        let (good, why) = match self.kind {
            Kind::Email => (is_email(place), t.get("web-device-email-bad")),
            Kind::Sms | Kind::Voice => (is_phone(place), t.get("web-device-phone-bad")),
            Kind::Webhook => {
                let is_url = place.starts_with("https://") || place.starts_with("http://");
                (is_url, t.get("web-device-url-bad"))
            }
        };
        if !good {
            faults.add("place", why);
            return None;
        }
        let mut address = self.kind.address(place);
        if let Address::Webhook { secret, .. } = &mut address {
            let kept = match old {
                Address::Webhook { secret, .. } => secret.clone(),
                Address::Email(_) | Address::Voice(_) | Address::Sms(_) => None,
            };
            *secret = match (self.drop_secret, self.secret.expose().is_empty()) {
                (true, _) => None,
                (false, true) => kept,
                (false, false) => Some(self.secret.clone()),
            };
        }
        Some(address)
    }

    /// The fields of the form; `has_secret` says whether the device signs already.
    pub(super) fn fields(&self, t: Say, faults: &Faults, has_secret: bool) -> Vec<Field> {
        let mut fields = vec![
            Field::text("name", t.get("web-device-name"))
                .value(&self.name)
                .hint(t.get("web-device-name-hint"))
                .error(faults.of("name"))
                .max(100)
                .required(),
            self.place_field(t).value(&self.place).error(faults.of("place")).required(),
        ];
        if self.kind == Kind::Webhook {
            let hint =
                if has_secret { "web-device-secret-kept-hint" } else { "web-device-secret-hint" };
            fields.push(
                Field::password("secret", t.get("web-device-secret"))
                    .hint(t.get(hint))
                    .error(faults.of("secret"))
                    .autocomplete("off")
                    .max(1024),
            );
        }
        if has_secret {
            let drop = t.get("web-device-secret-drop");
            fields.push(Field::check("drop-secret", drop, self.drop_secret));
        }
        let levels = [
            (Priority::Low, t.get("web-device-threshold-low")),
            (Priority::Medium, t.get("web-device-medium")),
            (Priority::High, t.get("web-device-high")),
        ];
        let choice = |(priority, label): (Priority, String)| {
            Choice::new(priority.word(), label, priority.word() == self.threshold)
        };
        let levels = levels.into_iter().map(choice).collect();
        fields.extend([
            Field::number("delay", t.get("web-device-delay"))
                .value(&self.delay)
                .hint(t.get("web-device-delay-hint"))
                .error(faults.of("delay"))
                .with("min", "0")
                .required(),
            Field::select("threshold", t.get("web-device-threshold"), levels)
                .error(faults.of("threshold")),
            Field::check("active", t.get("web-device-active"), self.active),
            Field::check("failsafe", t.get("web-device-default"), self.failsafe),
        ]);
        fields
    }

    fn place_field(&self, t: Say) -> Field {
        match self.kind {
            Kind::Email => Field::email("place", t.get("web-device-address-email")).max(254),
            Kind::Sms | Kind::Voice => Field::tel("place", t.get("web-device-address-phone"))
                .hint(t.get("web-device-address-phone-hint"))
                .max(40),
            Kind::Webhook => Field::url("place", t.get("web-device-address-url"))
                .hint(t.get("web-device-address-url-hint"))
                .max(4096),
        }
    }

    /// The fields of each time frame, and of one more.
    pub(super) fn frame_fields(&self, t: Say, faults: &Faults) -> Vec<(String, Vec<Field>)> {
        let blank = Frame { minutes: "480".to_owned(), ..Frame::default() };
        let more = (self.frames.len() < FRAMES_MAX).then_some(&blank);
        let all = self.frames.iter().chain(more).enumerate();
        let title = |n: usize| t.n("web-device-frame-number", n + 1);
        all.map(|(n, frame)| (title(n), frame.fields(t, n, faults))).collect()
    }

    /// What differs from another's version, by field.
    pub(super) fn differences(&self, t: Say, theirs: &Self) -> Vec<Difference> {
        let yes = |is: bool| if is { t.get("web-yes") } else { t.get("web-no") };
        let frames = |one: &Self| {
            let frame = |frame: &Frame| {
                let days = frame.days.join(" ");
                format!("{} ({days}, {} + {} min)", shown(&frame.name), frame.from, frame.minutes)
            };
            one.frames.iter().map(frame).collect::<Vec<_>>().join("; ")
        };
        let rows = [
            (t.get("web-field-name"), theirs.name.clone(), self.name.clone()),
            (t.get("web-field-address"), theirs.place.clone(), self.place.clone()),
            (t.get("web-field-delay"), theirs.delay.clone(), self.delay.clone()),
            (t.get("web-field-threshold"), theirs.threshold.clone(), self.threshold.clone()),
            (t.get("web-field-status"), yes(theirs.active), yes(self.active)),
            (t.get("web-field-default"), yes(theirs.failsafe), yes(self.failsafe)),
            (t.get("web-field-frames"), frames(theirs), frames(self)),
        ];
        let differ = rows.into_iter().filter(|(_, theirs, yours)| theirs != yours);
        differ
            .map(|(field, theirs, yours)| Difference { field, was: None, theirs, yours })
            .collect()
    }
}

impl Frame {
    fn read(&self, t: Say, n: usize, faults: &mut Faults) -> Option<Timeframe> {
        let field = |name: &str| format!("frame.{n}.{name}");
        let start: Option<Time> = self.from.parse().ok();
        let minutes: Option<u16> = self.minutes.parse().ok();
        let minutes = minutes.filter(|m| (1..=DURATION_MINUTES_MAX).contains(m));
        let days: WeekdaySet = DAYS
            .iter()
            .filter(|(_, word)| self.days.iter().any(|day| day == word))
            .map(|(day, _)| *day)
            .collect();
        let checks = [
            (self.name.chars().count() <= NAME_CHARS_MAX, "name", "web-device-frame-bad-name"),
            (start.is_some(), "from", "web-device-frame-bad-start"),
            (minutes.is_some(), "minutes", "web-device-frame-bad-minutes"),
            (!days.is_empty(), "days", "web-device-frame-bad-days"),
        ];
        let mut whole = true;
        for (good, name, why) in checks {
            if !good {
                faults.add(field(name), t.get(why));
                whole = false;
            }
        }
        let frame = Timeframe {
            name: self.name.clone(),
            start: start?,
            duration_minutes: minutes?,
            days,
            exclude_holidays: self.holidays,
            zone: Zone::parse(&self.zone).ok().filter(|_| !self.zone.is_empty()),
        };
        let frame = frame.checked();
        if whole && frame.is_err() {
            faults.add(field("from"), t.get("web-device-frame-bad-start"));
        }
        frame.ok().filter(|_| whole)
    }

    fn fields(&self, t: Say, n: usize, faults: &Faults) -> Vec<Field> {
        let name = |what: &str| format!("frame.{n}.{what}");
        let fault = |what: &str| faults.of(&name(what));
        let days = DAYS.iter().map(|(day, word)| {
            Choice::new(*word, day_name(t, *day), self.days.iter().any(|one| one == word))
        });
        let mut fields = vec![
            Field::text(name("name"), t.get("web-device-frame-name"))
                .value(&self.name)
                .error(fault("name"))
                .max(NAME_CHARS_MAX),
            Field::time(name("from"), t.get("web-device-frame-from"))
                .value(&self.from)
                .error(fault("from")),
            Field::number(name("minutes"), t.get("web-device-frame-minutes"))
                .value(&self.minutes)
                .error(fault("minutes"))
                .with("min", "1")
                .with("max", DURATION_MINUTES_MAX.to_string()),
            Field::many(name("days"), t.get("web-device-frame-days"), days.collect())
                .error(fault("days")),
            Field::check(name("holidays"), t.get("web-device-frame-holidays"), self.holidays),
        ];
        if !self.zone.is_empty() {
            fields.push(Field::hidden(name("zone"), &self.zone));
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use firebell_base::Id;
    use firebell_ui::Lang;

    use super::*;
    use crate::words::say;

    const T: Say = say(Lang::English);

    fn device() -> Device {
        let frame = Timeframe {
            name: "Night".to_owned(),
            start: Time::constant(22, 0, 0, 0),
            duration_minutes: 480,
            days: WeekdaySet::WORKDAYS,
            exclude_holidays: true,
            zone: Some(Zone::parse("Asia/Tokyo").unwrap()),
        };
        Device {
            id: Id::from_bytes([1; 16]),
            owner: Id::from_bytes([2; 16]),
            name: Name::parse("Mobile").unwrap(),
            address: Address::Webhook {
                url: "https://example.org/a".to_owned(),
                secret: Some(Secret::new("whsec_x")),
            },
            sequence: 3,
            delay_minutes: 7,
            priority_threshold: Priority::Medium,
            timeframes: vec![frame],
            default_device: true,
            status: Status::Active,
            external_key: Some("k".to_owned()),
            externally_owned: true,
        }
    }

    /// What a browser sends for the form of a device.
    fn sent(device: &Device) -> String {
        let entered = Entered::of(device);
        let mut pairs = vec![
            ("name".to_owned(), entered.name.clone()),
            ("place".to_owned(), entered.place.clone()),
            ("delay".to_owned(), entered.delay.clone()),
            ("threshold".to_owned(), entered.threshold.clone()),
        ];
        let flags = [("failsafe", entered.failsafe), ("active", entered.active)];
        for (name, _) in flags.iter().filter(|(_, is)| *is) {
            pairs.push(((*name).to_owned(), "yes".to_owned()));
        }
        for (n, frame) in entered.frames.iter().enumerate() {
            let mut add = |name: &str, value: &str| {
                pairs.push((format!("frame.{n}.{name}"), value.to_owned()));
            };
            add("name", &frame.name);
            add("from", &frame.from);
            add("minutes", &frame.minutes);
            add("zone", &frame.zone);
            frame.days.iter().for_each(|day| add("days", day));
            if frame.holidays {
                add("holidays", "yes");
            }
        }
        let coded = |text: &str| text.replace('/', "%2F").replace(':', "%3A");
        let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", coded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }

    #[test]
    fn a_form_that_was_not_touched_changes_nothing() {
        let old = device();
        let form = Form::of(sent(&old).as_bytes());
        let mut faults = Faults::new(T);
        let new = Entered::read(Kind::Webhook, &form).device(T, &old, &mut faults);
        assert_eq!(new.as_ref(), Some(&old), "{faults:?}");
    }

    #[test]
    fn a_secret_is_kept_replaced_or_dropped() {
        let old = device();
        let secret = |more: &str| {
            let form = Form::of(format!("{}{more}", sent(&old)).as_bytes());
            let mut faults = Faults::new(T);
            let made = Entered::read(Kind::Webhook, &form).device(T, &old, &mut faults).unwrap();
            let Address::Webhook { secret, .. } = made.address else { panic!("{made:?}") };
            secret.map(|secret| secret.expose().to_owned())
        };
        assert_eq!(secret("").as_deref(), Some("whsec_x"));
        assert_eq!(secret("&secret=whsec_y").as_deref(), Some("whsec_y"));
        assert_eq!(secret("&secret=whsec_y&drop-secret=yes"), None);
    }

    #[test]
    fn each_fault_is_told_at_its_field() {
        let form = Form::of(
            b"name=a%7Cb&place=nobody&delay=x&frame.0.name=N&frame.0.from=25%3A00&frame.0.minutes=0",
        );
        let mut faults = Faults::new(T);
        let entered = Entered::read(Kind::Email, &form);
        assert_eq!(entered.device(T, &device(), &mut faults), None);
        let fields: Vec<&str> = faults.list().iter().map(|(name, _)| name.as_str()).collect();
        let expected =
            ["name", "place", "delay", "frame.0.from", "frame.0.minutes", "frame.0.days"];
        assert_eq!(fields, expected);
        assert!(!format!("{entered:?}").contains("whsec"));
    }
}
