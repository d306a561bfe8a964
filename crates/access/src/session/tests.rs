//! What ends a session, what does not, and what a thief gains from a copy of a token.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use firebell_domain::credential::Password;
use firebell_domain::directory::Entity;
use firebell_domain::person::{Role, Status};
use proptest::prelude::*;

use super::*;
use crate::authenticate::tests::{directory, person};

const AKIRA: PersonId = PersonId::from_bytes([1; 16]);
const NO: InstanceNo = InstanceNo(7);
const KEY: LinkKey = LinkKey::new([4; 32]);

struct World {
    directory: Directory,
    sessions: Sessions,
    random: Random,
}

fn world() -> World {
    let mut directory = directory();
    directory.put(Entity::Person(person(AKIRA, "Akira", &[Role::StandardUser])));
    directory.put(Entity::Password(Password { person: AKIRA, hash: "$sample".to_owned() }));
    World { directory, sessions: Sessions::new(&KEY), random: Random::seeded(3) }
}

fn at(seconds: i64) -> Timestamp {
    add_seconds(Timestamp::UNIX_EPOCH, 1_000_000 + seconds)
}

impl World {
    fn web(&self, now: Timestamp) -> Begun {
        let visitor = Visitor { client: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), agent: "sample/1" };
        self.sessions.begin_web(&self.directory, AKIRA, visitor, &self.random, now).expect("active")
    }

    fn api(&self, now: Timestamp) -> Tokens {
        let visitor = Visitor::default();
        self.sessions.begin_api(&self.directory, AKIRA, visitor, &self.random, now).expect("active")
    }

    fn enter(&self, kind: TokenKind, token: &Secret, now: Timestamp) -> Result<(), TokenError> {
        let claims = self.sessions.read(kind, token.expose(), now)?;
        self.sessions.admit(&self.directory, &claims).map(drop)
    }

    fn refresh(&self, token: &Secret, now: Timestamp) -> Result<Tokens, TokenError> {
        let claims = self.sessions.read(TokenKind::Refresh, token.expose(), now)?;
        self.sessions.refresh(&self.directory, &claims, now)
    }

    fn is_in(&self, begun: &Begun, now: Timestamp) -> bool {
        self.enter(TokenKind::Session, &begun.token, now).is_ok()
    }

    fn change(&mut self, how: impl Fn(&mut firebell_domain::person::Person)) {
        let mut akira = (**self.directory.person(AKIRA).expect("there")).clone();
        how(&mut akira);
        self.directory.put(Entity::Person(akira));
    }

    fn set_password(&mut self, hash: &str) {
        let password = Password { person: AKIRA, hash: hash.to_owned() };
        self.directory.put(Entity::Password(password));
    }
}

#[test]
fn a_session_counts_until_its_end_and_is_new_every_time() {
    let world = world();
    let (one, two) = (world.web(at(0)), world.web(at(0)));
    assert_ne!(one.session.id, two.session.id);
    assert_ne!(one.token, two.token);
    let claims = world.sessions.read(TokenKind::Session, one.token.expose(), at(1)).expect("good");
    let principal = world.sessions.admit(&world.directory, &claims).expect("lets in");
    assert_eq!((principal.person, principal.via), (AKIRA, Via::Session(one.session.id)));
    assert_eq!(world.enter(TokenKind::Session, &one.token, at(WEB_SECONDS - 1)), Ok(()));
    let over = world.enter(TokenKind::Session, &one.token, at(WEB_SECONDS));
    assert_eq!(over, Err(TokenError::Expired));
    let tokens = world.api(at(0));
    assert_eq!(tokens.expires_in, 900);
    assert_eq!(world.enter(TokenKind::Access, &tokens.access, at(899)), Ok(()));
    let over = world.enter(TokenKind::Access, &tokens.access, at(900));
    assert_eq!(over, Err(TokenError::Expired));
}

#[test]
fn no_token_does_what_another_is_for() {
    let world = world();
    let (web, api) = (world.web(at(0)), world.api(at(0)));
    let reset = world.sessions.begin_reset(&world.directory, AKIRA, at(0)).expect("active");
    let all = [&web.token, &api.access, &api.refresh, &reset];
    for (n, token) in all.into_iter().enumerate() {
        for (m, kind) in TokenKind::ALL.into_iter().enumerate() {
            let read = world.sessions.read(kind, token.expose(), at(1));
            assert_eq!(read.is_ok(), n == m, "{kind:?}");
            let Ok(claims) = read else { continue };
            let lets_in = matches!(kind, TokenKind::Session | TokenKind::Access);
            assert_eq!(world.sessions.admit(&world.directory, &claims).is_ok(), lets_in);
            let resets = world.sessions.admit_reset(&world.directory, &claims).is_ok();
            assert_eq!(resets, kind == TokenKind::Reset);
            let renews = world.sessions.refresh(&world.directory, &claims, at(1)).is_ok();
            assert_eq!(renews, kind == TokenKind::Refresh);
        }
    }
}

#[test]
fn a_changed_password_ends_what_began_with_the_old_one() {
    let mut world = world();
    let (web, api) = (world.web(at(0)), world.api(at(0)));
    world.change(|akira| akira.roles = vec![Role::FullAccessUser]);
    assert!(world.is_in(&web, at(1)), "other changes do not");
    world.set_password("$another");
    assert_eq!(world.enter(TokenKind::Session, &web.token, at(2)), Err(TokenError::Outdated));
    assert_eq!(world.enter(TokenKind::Access, &api.access, at(2)), Err(TokenError::Outdated));
    let refused = world.refresh(&api.refresh, at(2)).expect_err("refused");
    assert_eq!(refused, TokenError::Outdated);
    assert!(world.is_in(&world.web(at(3)), at(3)));
}

#[test]
fn people_who_are_deactivated_or_removed_are_out_at_once() {
    let mut world = world();
    let web = world.web(at(0));
    world.change(|akira| akira.status = Status::Inactive);
    assert_eq!(world.enter(TokenKind::Session, &web.token, at(1)), Err(TokenError::Outdated));
    let visitor = Visitor::default();
    let again = world.sessions.begin_web(&world.directory, AKIRA, visitor, &world.random, at(1));
    assert!(again.is_none());
    assert!(world.sessions.begin_reset(&world.directory, AKIRA, at(1)).is_none());
    world.directory.remove(firebell_domain::directory::Kind::Person, AKIRA.to_bytes());
    assert_eq!(world.enter(TokenKind::Session, &web.token, at(1)), Err(TokenError::Outdated));
}

#[test]
fn tokens_count_in_their_own_instance_only() {
    let world = world();
    let web = world.web(at(0));
    let refresh = world.api(at(0)).refresh;
    let reset = world.sessions.begin_reset(&world.directory, AKIRA, at(0)).expect("active");
    let mut other = world.directory.clone();
    other.instance.no = InstanceNo(8);
    let claims = |kind, token: &Secret| world.sessions.read(kind, token.expose(), at(1)).unwrap();
    let cookie = claims(TokenKind::Session, &web.token);
    assert_eq!(world.sessions.admit(&other, &cookie), Err(TokenError::Elsewhere));
    let refused = world.sessions.refresh(&other, &claims(TokenKind::Refresh, &refresh), at(1));
    assert_eq!(refused.expect_err("refused"), TokenError::Elsewhere);
    let refused = world.sessions.admit_reset(&other, &claims(TokenKind::Reset, &reset));
    assert_eq!(refused, Err(TokenError::Elsewhere));
    // A number that was given again after a restore is another instance.
    let mut again = world.directory.clone();
    again.instance.id = Id::from_bytes([0xEE; 16]);
    assert_eq!(world.sessions.admit(&again, &cookie), Err(TokenError::Outdated));
}

#[test]
fn whoever_signs_out_is_out() {
    let world = world();
    let (one, two, api) = (world.web(at(0)), world.web(at(0)), world.api(at(0)));
    let claims = world.sessions.read(TokenKind::Session, one.token.expose(), at(1)).unwrap();
    world.sessions.end_of(&claims, at(1));
    assert_eq!(world.enter(TokenKind::Session, &one.token, at(1)), Err(TokenError::Ended));
    assert!(world.is_in(&two, at(1)));
    assert!(world.sessions.end(NO, AKIRA, two.session.id, at(2)));
    assert!(!world.sessions.end(NO, AKIRA, two.session.id, at(2)), "it is over already");
    assert!(!world.is_in(&two, at(2)));
    let stranger = PersonId::from_bytes([2; 16]);
    assert!(!world.sessions.end(NO, stranger, api.session, at(2)), "only one's own");
    assert!(!world.sessions.end(InstanceNo(8), AKIRA, api.session, at(2)));
    assert_eq!(world.enter(TokenKind::Access, &api.access, at(2)), Ok(()));
    world.sessions.end_all(NO, AKIRA, at(3));
    assert_eq!(world.enter(TokenKind::Access, &api.access, at(3)), Err(TokenError::Ended));
    assert_eq!(world.refresh(&api.refresh, at(3)).expect_err("over"), TokenError::Ended);
    // In the same instant a new session begins, and counts; and the next end ends that too.
    let new = world.web(at(3));
    assert!(world.is_in(&new, at(3)));
    world.sessions.end_all(NO, AKIRA, at(3));
    assert!(!world.is_in(&new, at(3)));
}

#[test]
fn a_session_that_only_another_process_knows_can_be_ended() {
    let world = world();
    let elsewhere = World { sessions: Sessions::new(&KEY), ..self::world() };
    let far = elsewhere.api(at(0));
    assert_eq!(world.enter(TokenKind::Access, &far.access, at(1)), Ok(()));
    world.sessions.end_api(NO, AKIRA, far.session, at(2));
    assert_eq!(world.enter(TokenKind::Access, &far.access, at(2)), Err(TokenError::Ended));
    elsewhere.sessions.learn(&world.sessions.pending(), at(3));
    assert!(elsewhere.refresh(&far.refresh, at(3)).is_err());
}

#[test]
fn ending_the_others_keeps_this_one() {
    let world = world();
    let others = [world.web(at(0)), world.web(at(9))];
    let (api, own) = (world.api(at(4)), world.web(at(5)));
    // One that only another process knows.
    let elsewhere = Sessions::new(&KEY);
    let far = elsewhere
        .begin_web(&world.directory, AKIRA, Visitor::default(), &world.random, at(2))
        .expect("active");
    assert!(world.is_in(&far, at(10)));
    world.sessions.end_others(&own.session, at(10));
    assert!(world.is_in(&own, at(10)));
    for other in others.iter().chain([&far]) {
        assert!(!world.is_in(other, at(10)));
    }
    assert!(world.enter(TokenKind::Access, &api.access, at(10)).is_err());
    let live = world.sessions.live(NO, AKIRA, at(10));
    assert_eq!(live, [own.session]);
}

#[test]
fn a_refresh_token_is_exchanged_once_and_a_copy_ends_the_session() {
    let world = world();
    let first = world.api(at(0));
    let second = world.refresh(&first.refresh, at(100)).expect("exchanged");
    assert_eq!(second.session, first.session);
    assert_ne!(second.refresh, first.refresh);
    // The answer was lost: the same again, a moment later.
    let again = world.refresh(&first.refresh, at(110)).expect("a lost answer");
    assert_eq!(again.refresh, second.refresh);
    let third = world.refresh(&second.refresh, at(200)).expect("exchanged");
    assert_eq!(world.refresh(&first.refresh, at(201)).expect_err("old"), TokenError::Replayed);
    assert_eq!(world.refresh(&third.refresh, at(202)).expect_err("over"), TokenError::Ended);
    assert_eq!(world.enter(TokenKind::Access, &third.access, at(202)), Err(TokenError::Ended));
}

#[test]
fn a_lost_answer_is_forgiven_for_ten_seconds_only() {
    let world = world();
    let first = world.api(at(0));
    world.refresh(&first.refresh, at(100)).expect("exchanged");
    let late = at(100 + LOST_ANSWER_SECONDS + 1);
    assert_eq!(world.refresh(&first.refresh, late).expect_err("late"), TokenError::Replayed);
}

#[test]
fn after_a_restart_the_first_copy_used_gives_itself_away() {
    let world = world();
    let first = world.api(at(0));
    let second = world.refresh(&first.refresh, at(100)).expect("exchanged");
    let third = world.refresh(&second.refresh, at(200)).expect("exchanged");
    // Nothing was written, and a thief with an old token comes first.
    let restarted = World { sessions: Sessions::new(&KEY), ..world };
    restarted.refresh(&first.refresh, at(300)).expect("nothing is known yet");
    let own = restarted.refresh(&third.refresh, at(400)).expect("newer than what is known");
    let stolen = restarted.refresh(&second.refresh, at(500)).expect_err("a copy");
    assert_eq!(stolen, TokenError::Replayed);
    assert!(restarted.refresh(&own.refresh, at(501)).is_err(), "both are out");
}

#[test]
fn a_session_of_the_api_cannot_be_prolonged_for_ever() {
    let world = world();
    let mut tokens = world.api(at(0));
    let mut now = 0;
    while now + REFRESH_SECONDS - 1 < API_SECONDS_MAX {
        now += REFRESH_SECONDS - 1;
        tokens = world.refresh(&tokens.refresh, at(now)).expect("in time");
    }
    let refused = world.refresh(&tokens.refresh, at(API_SECONDS_MAX)).expect_err("at its end");
    assert_eq!(refused, TokenError::Expired);
}

#[test]
fn a_reset_token_is_good_once_for_half_an_hour() {
    let mut world = world();
    let token = world.sessions.begin_reset(&world.directory, AKIRA, at(0)).expect("active");
    let read = |world: &World, now| world.sessions.read(TokenKind::Reset, token.expose(), now);
    let claims = read(&world, at(RESET_SECONDS - 1)).expect("in time");
    assert_eq!(world.sessions.admit_reset(&world.directory, &claims), Ok(AKIRA));
    assert_eq!(read(&world, at(RESET_SECONDS)), Err(TokenError::Expired));
    world.set_password("$new");
    let used = world.sessions.admit_reset(&world.directory, &claims);
    assert_eq!(used, Err(TokenError::Outdated));
}

#[test]
fn what_is_written_behind_is_what_others_learn() {
    let world = world();
    let (web, api) = (world.web(at(0)), world.api(at(0)));
    let elsewhere = World { sessions: Sessions::new(&KEY), ..self::world() };
    assert!(elsewhere.is_in(&web, at(1)), "a session counts before it is written");
    let rows = world.sessions.pending();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows, world.sessions.pending(), "until they are stored");
    let tokens = world.refresh(&api.refresh, at(50)).expect("exchanged");
    world.sessions.stored(&rows);
    let rows = world.sessions.pending();
    assert_eq!(rows.iter().map(|s| s.generation).collect::<Vec<_>>(), [1], "changed meanwhile");
    elsewhere.sessions.learn(&rows, at(51));
    let replayed = elsewhere.refresh(&api.refresh, at(100)).expect_err("exchanged over there");
    assert_eq!(replayed, TokenError::Replayed);
    world.sessions.learn(&elsewhere.sessions.pending(), at(101));
    assert!(world.refresh(&tokens.refresh, at(101)).is_err(), "ended over there");
    world.sessions.stored(&world.sessions.pending());
    world.sessions.end_all(NO, AKIRA, at(102));
    let marks = world.sessions.pending();
    let kinds: BTreeSet<SessionKind> = marks.iter().map(|mark| mark.kind).collect();
    assert_eq!(kinds, BTreeSet::from([SessionKind::WebBefore, SessionKind::ApiBefore]));
    elsewhere.sessions.learn(&marks, at(103));
    assert!(!elsewhere.is_in(&web, at(103)));
    assert!(elsewhere.is_in(&elsewhere.web(at(103)), at(103)));
}

#[test]
fn what_was_ended_stays_so_although_the_table_is_bounded() {
    let world = world();
    let ended = world.web(at(0));
    let (live, api) = (world.web(at(1)), world.api(at(0)));
    world.sessions.end(NO, AKIRA, ended.session.id, at(1));
    for n in 0..WEB_SESSIONS_MAX {
        world.web(at(2 + i64::try_from(n).unwrap()));
    }
    assert!(world.sessions.lock().len() <= WEB_SESSIONS_MAX + 2);
    assert!(!world.is_in(&ended, at(100)), "dropped, and still over");
    assert!(!world.is_in(&live, at(100)), "the oldest gave way");
    assert_eq!(world.enter(TokenKind::Access, &api.access, at(100)), Ok(()), "by kind");
    assert_eq!(world.sessions.live(NO, AKIRA, at(100)).len(), WEB_SESSIONS_MAX + 1);
    let written = world.sessions.pending().len();
    assert!(written <= WEB_SESSIONS_MAX + 2, "{written}");
    world.web(at(WEB_SECONDS + 1_000));
    let left = world.sessions.lock().len();
    assert!(left <= 2, "the expired left: {left}");
}

#[test]
fn a_flood_of_sessions_ends_the_oldest_and_memory_stays_bounded() {
    let world = world();
    let ended = world.web(at(0));
    world.sessions.end(NO, AKIRA, ended.session.id, at(0));
    let sample = world.web(at(0)).session;
    {
        let mut known = world.sessions.lock();
        for n in 0..SESSIONS_MAX + 10 {
            let person = Id::from_bytes(u128::try_from(n + 500).unwrap().to_be_bytes());
            let began = at(1 + i64::try_from(n).unwrap() / 1_000);
            let session = Session { person, id: person.cast(), began, ..sample.clone() };
            known.put(session, at(1_000));
        }
        assert!(known.len() <= SESSIONS_MAX);
    }
    assert!(!world.is_in(&ended, at(1_000)));
    assert!(world.is_in(&world.web(at(1_000)), at(1_000)));
}

#[test]
fn what_a_client_says_of_itself_is_cut_and_cleaned() {
    let world = world();
    let agent = format!("evil\n\u{202E}{}", "x".repeat(10_000));
    let visitor = Visitor { client: None, agent: &agent };
    let begun = world.sessions.begin_web(&world.directory, AKIRA, visitor, &world.random, at(0));
    let kept = begun.expect("active").session.agent;
    assert!(kept.starts_with("evilxxx") && kept.chars().count() == AGENT_CHARS_MAX, "{kept}");
}

#[test]
fn nothing_shows_a_token() {
    let world = world();
    let (web, api) = (world.web(at(0)), world.api(at(0)));
    let shown = format!("{web:?} {api:?} {:?}", world.sessions);
    for kind in TokenKind::ALL {
        assert!(!shown.contains(kind.prefix()), "{shown}");
    }
}

proptest! {
    /// Two processes, and what they write reaches the other in any order: whatever one of them
    /// ended is over in both, once everything has arrived.
    #[test]
    fn ends_arrive_whatever_the_order(
        acts in proptest::collection::vec((0_u8..6, any::<bool>()), 1..40),
    ) {
        let worlds = [world(), World { sessions: Sessions::new(&KEY), random: Random::seeded(5), ..world() }];
        let mut begun: Vec<Begun> = Vec::new();
        let mut over: BTreeSet<SessionId> = BTreeSet::new();
        for (n, (act, which)) in acts.into_iter().enumerate() {
            let now = at(i64::try_from(n).unwrap());
            let (here, there) = if which { (&worlds[0], &worlds[1]) } else { (&worlds[1], &worlds[0]) };
            match act {
                0 | 1 => begun.push(here.web(now)),
                2 => {
                    if let Some(one) = begun.get(n % begun.len().max(1)) {
                        let claims = here.sessions.read(TokenKind::Session, one.token.expose(), now).unwrap();
                        here.sessions.end_of(&claims, now);
                        over.insert(one.session.id);
                    }
                }
                3 => {
                    here.sessions.end_all(NO, AKIRA, now);
                    over.extend(begun.iter().map(|one| one.session.id));
                }
                _ => {
                    let rows = here.sessions.pending();
                    there.sessions.learn(&rows, now);
                    here.sessions.stored(&rows);
                }
            }
        }
        let end = at(1_000);
        for (from, to) in [(0, 1), (1, 0)] {
            worlds[to].sessions.learn(&worlds[from].sessions.pending(), end);
        }
        for one in &begun {
            for world in &worlds {
                prop_assert_eq!(world.is_in(one, end), !over.contains(&one.session.id));
            }
        }
    }
}

#[test]
fn whoever_waits_for_ends_is_told_of_each_and_of_nothing_else() {
    let world = world();
    let elsewhere = World { sessions: Sessions::new(&KEY), ..self::world() };
    let mut ends = world.sessions.ends();
    let mut told = || ends.is_new();
    let (one, api) = (world.web(at(0)), world.api(at(0)));
    let tokens = world.refresh(&api.refresh, at(1)).expect("exchanged");
    world.sessions.learn(&elsewhere.sessions.pending(), at(1));
    assert!(!world.sessions.end(NO, AKIRA, Id::from_bytes([9; 16]), at(1)), "not theirs");
    assert!(!told(), "nothing ended");
    assert!(world.sessions.end(NO, AKIRA, one.session.id, at(2)));
    assert!(told(), "one ended");
    world.sessions.end_others(&one.session, at(3));
    assert!(told(), "the others ended");
    world.sessions.end_api(NO, AKIRA, api.session, at(3));
    assert!(told(), "by a key");
    world.sessions.end_all(NO, AKIRA, at(3));
    assert!(told(), "all ended");
    let claims = world.sessions.read(TokenKind::Session, one.token.expose(), at(4)).expect("read");
    world.sessions.end_of(&claims, at(4));
    assert!(told(), "of a token");
    let next = world.api(at(5));
    world.refresh(&next.refresh, at(5)).expect("exchanged");
    assert!(!told());
    assert!(world.refresh(&next.refresh, at(500)).is_err(), "a copy");
    assert!(told(), "and that ends it");
    assert!(world.refresh(&tokens.refresh, at(501)).is_err());
    told();
    // What another process ended, once: rows come again and again.
    let there = elsewhere.web(at(600));
    world.sessions.learn(&elsewhere.sessions.pending(), at(600));
    assert!(!told(), "it began elsewhere");
    elsewhere.sessions.end_all(NO, AKIRA, at(601));
    let rows = elsewhere.sessions.pending();
    world.sessions.learn(&rows, at(602));
    assert!(told() && !world.is_in(&there, at(602)), "it ended elsewhere");
    world.sessions.learn(&rows, at(603));
    assert!(!told(), "that is known");
    for n in 0..=i64::try_from(WEB_SESSIONS_MAX).expect("a number") {
        world.web(at(700 + n));
    }
    assert!(told(), "too many of one person end the oldest");
}
