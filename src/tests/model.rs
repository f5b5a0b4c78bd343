//! Money against a model: random sequences of what listeners, artists, admins and the provider do, in the real database and
//! in a few lines of arithmetic that know nothing of it. After each step both say the same, answers included.

use crate::{
    app::TestApp,
    money::{account, artist, balances, books_balance, wish},
    survival::length,
};
use eternity::{
    accounts::Me,
    checkout,
    error::AppError,
    ids::{ArtistId, PayoutId},
    ledger,
    money::Cents,
    payments::Provider,
    payouts::{self, Approval, Destination, Method, send::SendPayout},
    server::tokens,
    tips,
};
use proptest::{
    prelude::*,
    test_runner::{Config, FileFailurePersistence, TestRunner},
};
use time::{Duration, OffsetDateTime};

const MINIMUM: i64 = 1_000;
const TWO_ADMINS_ABOVE: i64 = 100_000;

/// What happens. People and payouts are named by numbers that are taken modulo how many there are.
#[derive(Clone, Debug)]
enum Step {
    /// A tip that is paid; the form and the payment are sent twice, the form once more with another amount.
    Tip {
        artist: usize,
        cents: i64,
        covered: bool,
    },
    /// A tip that the payer turns away from, and then tries to pay after all.
    Decline {
        artist: usize,
        cents: i64,
    },
    Wait {
        hours: i64,
    },
    Destination {
        artist: usize,
        failing: bool,
    },
    /// A payout, of everything without an amount; the form is sent twice.
    Ask {
        artist: usize,
        amount: Option<i64>,
    },
    /// By one of two admins, or (2) by the artist.
    Approve {
        payout: usize,
        who: usize,
    },
    Refuse {
        payout: usize,
    },
    /// The job that sends it, twice.
    Send {
        payout: usize,
    },
    /// The provider takes it back.
    Return {
        payout: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let (artist, payout) = (0..2_usize, 0..6_usize);
    prop_oneof![
        5 => (artist.clone(), 100..=50_000_i64, any::<bool>()).prop_map(|(artist, cents, covered)| Step::Tip { artist, cents, covered }),
        1 => (artist.clone(), 100..=50_000_i64).prop_map(|(artist, cents)| Step::Decline { artist, cents }),
        3 => (1..=200_i64).prop_map(|hours| Step::Wait { hours }),
        1 => (artist.clone(), any::<bool>()).prop_map(|(artist, failing)| Step::Destination { artist, failing }),
        4 => (artist, prop_oneof![Just(None), (1..=150_000_i64).prop_map(Some)]).prop_map(|(artist, amount)| Step::Ask { artist, amount }),
        5 => (payout.clone(), 0..3_usize).prop_map(|(payout, who)| Step::Approve { payout, who }),
        1 => payout.clone().prop_map(|payout| Step::Refuse { payout }),
        4 => payout.clone().prop_map(|payout| Step::Send { payout }),
        1 => payout.prop_map(|payout| Step::Return { payout }),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Pending,
    Processing,
    Completed,
    Failed,
}

#[derive(Debug)]
struct Asked {
    artist: usize,
    amount: i64,
    state: State,
    failing: bool,
    approvers: Vec<usize>,
}

/// What an artist has, by arithmetic alone.
#[derive(Debug, Default)]
struct Purse {
    on_hold: Vec<(i64, OffsetDateTime)>,
    available: i64,
    /// Whether what is sent there is refused; nothing before a destination is set.
    destination: Option<bool>,
    earned: i64,
}

#[derive(Debug, Default)]
struct Model {
    purses: [Purse; 2],
    payouts: Vec<Asked>,
}

impl Model {
    fn held(&self, artist: usize) -> (i64, i64, i64) {
        let purse = &self.purses[artist];
        let under_way = |asked: &&Asked| asked.artist == artist && matches!(asked.state, State::Pending | State::Processing);
        (purse.on_hold.iter().map(|(net, _)| net).sum(), purse.available, self.payouts.iter().filter(under_way).map(|asked| asked.amount).sum())
    }

    fn paid(&self, artist: usize) -> i64 {
        self.payouts.iter().filter(|asked| asked.artist == artist && asked.state == State::Completed).map(|asked| asked.amount).sum()
    }
}

/// Five in a hundred, half a cent rounded up.
fn fee(cents: i64) -> i64 {
    (cents * 5 + 50) / 100
}

/// How an attempt ends, as far as the model tells.
#[derive(Debug, PartialEq, Eq)]
enum End<T> {
    Done(T),
    /// A message at a field.
    AtField,
    Refused,
}

fn end<T>(result: Result<T, AppError>) -> End<T> {
    match result {
        Ok(done) => End::Done(done),
        Err(AppError::Invalid(_)) => End::AtField,
        Err(AppError::Refused(_)) => End::Refused,
        Err(other) => panic!("{other:?}"),
    }
}

struct World<'a> {
    site: &'a TestApp,
    listener: Me,
    artists: [(Me, ArtistId); 2],
    admins: [Me; 2],
    payouts: Vec<PayoutId>,
    model: Model,
}

impl World<'_> {
    async fn tip(&mut self, artist: usize, cents: i64, covered: bool) {
        let (app, now) = (&self.site.app, self.site.app.clock.now());
        let mut form = wish(self.artists[artist].1, cents);
        form.cover_fee = covered;
        let checkout = tips::store::start(app, &self.listener, Provider::Sandbox, &form, now).await.unwrap();
        assert_eq!(tips::store::start(app, &self.listener, Provider::Sandbox, &form, now).await.unwrap(), checkout, "the same form");
        let payment = checkout::store::pay(app, self.listener.id, &checkout, now).await.unwrap();
        assert_eq!(checkout::store::pay(app, self.listener.id, &checkout, now).await.unwrap(), payment, "the same payment");
        form.amount = Cents(cents + 1);
        if cents < 50_000 {
            assert_eq!(end(tips::store::start(app, &self.listener, Provider::Sandbox, &form, now).await), End::Refused, "another amount");
        }
        let net = if covered { cents } else { cents - fee(cents) };
        let purse = &mut self.model.purses[artist];
        purse.on_hold.push((net, now + Duration::days(7)));
        purse.earned += net;
    }

    async fn decline(&self, artist: usize, cents: i64) {
        let (app, now) = (&self.site.app, self.site.app.clock.now());
        let checkout = tips::store::start(app, &self.listener, Provider::Sandbox, &wish(self.artists[artist].1, cents), now).await.unwrap();
        checkout::store::decline(app, self.listener.id, &checkout, now).await.unwrap();
        assert_eq!(end(checkout::store::pay(app, self.listener.id, &checkout, now).await), End::Refused);
    }

    async fn wait(&mut self, hours: i64) {
        self.site.app.clock.advance(Duration::hours(hours));
        let now = self.site.app.clock.now();
        ledger::release(&self.site.app, now).await.unwrap();
        for purse in &mut self.model.purses {
            purse.available += purse.on_hold.iter().filter(|(_, from)| *from <= now).map(|(net, _)| net).sum::<i64>();
            purse.on_hold.retain(|(_, from)| *from > now);
        }
    }

    async fn destination(&mut self, artist: usize, failing: bool) {
        let (me, id) = &self.artists[artist];
        let text = if failing { "fail@example.com" } else { "paid@example.com" };
        let destination = Destination::parse(Method::Paypal, text).unwrap();
        payouts::store::set_destination(&self.site.app, me.id, *id, &destination, self.site.app.clock.now()).await.unwrap();
        self.model.purses[artist].destination = Some(failing);
    }

    async fn ask(&mut self, artist: usize, amount: Option<i64>) {
        let (app, now, key) = (&self.site.app, self.site.app.clock.now(), tokens::ulid());
        let (me, id) = &self.artists[artist];
        let purse = &mut self.model.purses[artist];
        let wanted = amount.unwrap_or(purse.available);
        let expected = match purse.destination {
            None => End::Refused,
            Some(_) if wanted < MINIMUM || wanted > purse.available => End::AtField,
            Some(_) => End::Done(()),
        };
        let asked = payouts::store::request(app, me, *id, amount.map(Cents), &key, now).await;
        assert_eq!(end(asked.as_ref().map(|_| ()).map_err(Clone::clone)), expected);
        let Ok(payout) = asked else { return };
        assert_eq!(payouts::store::request(app, me, *id, amount.map(Cents), &key, now).await, Ok(payout), "the same form");
        purse.available -= wanted;
        let failing = purse.destination == Some(true);
        self.model.payouts.push(Asked { artist, amount: wanted, state: State::Pending, failing, approvers: Vec::new() });
        self.payouts.push(payout);
    }

    async fn approve(&mut self, payout: usize, who: usize) {
        let asked = &mut self.model.payouts[payout];
        let approver = if who == 2 { &self.artists[asked.artist].0 } else { &self.admins[who] };
        let expected = match asked.state {
            State::Pending if who == 2 || asked.approvers.contains(&who) => End::Refused,
            State::Pending => {
                asked.approvers.push(who);
                if asked.amount > TWO_ADMINS_ABOVE && asked.approvers.len() == 1 {
                    End::Done(Approval::First)
                } else {
                    asked.state = State::Processing;
                    End::Done(Approval::Final)
                }
            }
            State::Processing | State::Completed if asked.approvers.contains(&who) => End::Done(Approval::Final),
            _ => End::Refused,
        };
        let answer = payouts::store::approve(&self.site.app, approver.id, self.payouts[payout], self.site.app.clock.now()).await;
        assert_eq!(end(answer), expected);
    }

    async fn refuse(&mut self, payout: usize) {
        let asked = &mut self.model.payouts[payout];
        let expected = if asked.state == State::Pending { End::Done(()) } else { End::Refused };
        let now = self.site.app.clock.now();
        assert_eq!(end(payouts::store::refuse(&self.site.app, self.admins[0].id, self.payouts[payout], "Not yours", now).await), expected);
        if asked.state == State::Pending {
            asked.state = State::Failed;
            self.model.purses[asked.artist].available += asked.amount;
        }
    }

    async fn send(&mut self, payout: usize) {
        for _ in 0..2 {
            SendPayout { payout: self.payouts[payout].0 }.run(&self.site.app).await.unwrap();
        }
        let asked = &mut self.model.payouts[payout];
        if asked.state == State::Processing {
            asked.state = if asked.failing { State::Failed } else { State::Completed };
            if asked.failing {
                self.model.purses[asked.artist].available += asked.amount;
            }
        }
    }

    async fn take_back(&mut self, payout: usize) {
        let now = self.site.app.clock.now();
        payouts::store::returned(&self.site.app, self.payouts[payout], Provider::Sandbox, "The account is closed", now).await.unwrap();
        let asked = &mut self.model.payouts[payout];
        if matches!(asked.state, State::Processing | State::Completed) {
            asked.state = State::Failed;
            self.model.purses[asked.artist].available += asked.amount;
        }
    }

    async fn take(&mut self, step: &Step) {
        let named = |payout: usize| (!self.payouts.is_empty()).then(|| payout % self.payouts.len());
        match *step {
            Step::Tip { artist, cents, covered } => self.tip(artist, cents, covered).await,
            Step::Decline { artist, cents } => self.decline(artist, cents).await,
            Step::Wait { hours } => self.wait(hours).await,
            Step::Destination { artist, failing } => self.destination(artist, failing).await,
            Step::Ask { artist, amount } => self.ask(artist, amount).await,
            Step::Approve { payout, who } => {
                if let Some(payout) = named(payout) {
                    self.approve(payout, who).await;
                }
            }
            Step::Refuse { payout } => {
                if let Some(payout) = named(payout) {
                    self.refuse(payout).await;
                }
            }
            Step::Send { payout } => {
                if let Some(payout) = named(payout) {
                    self.send(payout).await;
                }
            }
            Step::Return { payout } => {
                if let Some(payout) = named(payout) {
                    self.take_back(payout).await;
                }
            }
        }
    }

    /// Both say the same of every artist and every payout.
    async fn agree(&self, after: &Step) {
        for (index, (_, artist)) in self.artists.iter().enumerate() {
            assert_eq!(balances(self.site, *artist).await, self.model.held(index), "artist {index} after {after:?}");
        }
        for (id, asked) in self.payouts.iter().zip(&self.model.payouts) {
            let status: String =
                sqlx::query_scalar("SELECT status FROM creatorPayouts WHERE id = ?").bind(id).fetch_one(&self.site.app.db).await.unwrap();
            assert_eq!(status, format!("{:?}", asked.state).to_lowercase(), "payout {id} after {after:?}");
        }
    }

    /// What people read says the same too.
    async fn rows_agree(&self) {
        for (index, (_, artist)) in self.artists.iter().enumerate() {
            let sum = async |sql: &str| {
                let sql = format!("SELECT CAST(COALESCE(SUM(amount), 0) AS SIGNED) FROM {sql} = {artist}");
                self.site.number(&sql).await
            };
            assert_eq!(sum("creatorEarnings WHERE artistId").await, self.model.purses[index].earned);
            assert_eq!(sum("creatorPayouts WHERE status = 'completed' AND artistId").await, self.model.paid(index));
        }
    }
}

/// A sequence on artists of its own, so that all share one site.
async fn play(site: &TestApp, steps: &[Step]) {
    let mark = tokens::ulid();
    let name = |who: &str| format!("{who}{mark}");
    let mut world = World {
        site,
        listener: account(site, &name("lena"), "user").await,
        artists: [artist(site, &name("one")).await, artist(site, &name("two")).await],
        admins: [account(site, &name("ada"), "admin").await, account(site, &name("bob"), "admin").await],
        payouts: Vec::new(),
        model: Model::default(),
    };
    for step in steps {
        world.take(step).await;
        world.agree(step).await;
    }
    world.rows_agree().await;
}

#[test]
fn whatever_happens_money_is_where_arithmetic_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let site = runtime.block_on(TestApp::start());
    // Sequences that failed once are tried first, for ever.
    let seeds = FileFailurePersistence::Direct(concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/model.seeds"));
    let cases = u32::try_from(length(10, 2_500)).unwrap();
    let mut runner = TestRunner::new(Config { cases, max_shrink_iters: 200, failure_persistence: Some(Box::new(seeds)), ..Config::default() });
    let sequences = prop::collection::vec(step(), 40);
    runner
        .run(&sequences, |steps| {
            runtime.block_on(play(&site, &steps));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(books_balance(&site));
}
