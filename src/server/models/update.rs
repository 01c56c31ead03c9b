//! One memory from a model: the events out of the store, the requests, the guard, the ledger.

use std::hash::{BuildHasher as _, RandomState};
use std::rc::Rc;
use std::sync::mpsc::Sender;
use std::time::Instant;

use futures_util::stream::{self, StreamExt as _};
use tokio::sync::watch;

use super::cached::behind_agent;
use super::lease::Lease;
use super::turns::read;
use super::{Refusal, Report, Request, Response, Terms};
use crate::engine::conduct;
use crate::engine::conversation::Turn;
use crate::engine::event::Written;
use crate::engine::guard::{Evidence, Limits, Verdict, judge};
use crate::engine::memory::Document;
use crate::engine::prompt::{Answer, Context, Plan, Prompt, Source, Usage, join, plan, repair, smaller};
use crate::host::model::{Failure, FailureKind};
use crate::host::store::{ModelCall, Outcome, Store, StoreError};
use crate::server::main_loop::now;
use crate::server::task::Task;

/// Parts of a long conversation that are summarised at the same time.
const AT_ONCE: usize = 3;
/// Rounds of joining parts, after which something is wrong.
const ROUNDS: usize = 4;

/// Writes a memory and tells the main loop what came of it, whatever that is.
pub async fn run(mut request: Request, terms: Rc<Terms>, tasks: Sender<Task>, mut stopped: watch::Receiver<bool>) {
    let mut report = Report::default();
    let mut reply = request.reply.take();
    let result = {
        let cancelled = async {
            match &mut reply {
                Some(reply) => reply.closed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => Err(held("the server is ending")),
            () = cancelled => Err(held("cancelled")),
            result = guarded(&request, &terms, &mut report) => result,
        }
    };
    if let Err(refusal) = &result {
        tracing::info!(session = request.session_id, "no memory from the model: {}", refusal.reason);
    }
    let Request { root, session_id, ask, .. } = request;
    let response = Response { root, session_id, ask, reply, result: result.map(Box::new), report };
    let _ = tasks.send(Task::Answered(Box::new(response)));
}

/// Nobody's fault: there is just no call.
fn held(reason: impl Into<String>) -> Refusal {
    Refusal { reason: reason.into(), retry_after: None, failed: false }
}

async fn guarded(request: &Request, terms: &Terms, report: &mut Report) -> Result<Written, Refusal> {
    let store_failed = |error: StoreError| Refusal { failed: true, ..held(error.to_string()) };
    let writer = terms.writer.as_ref().map_err(|problem| {
        report.outcome = Some(conduct::Outcome::Stopped);
        Refusal { failed: true, ..held(problem.clone()) }
    })?;
    writer.name().clone_into(&mut report.model);
    let store = Store::join(&request.state).map_err(store_failed)?;
    let Some(row) = store.session(&request.session_id).map_err(store_failed)? else {
        return Err(held("the session is gone"));
    };
    let lasts = terms.config.timeout_seconds.saturating_mul(2_000);
    let Some(mut lease) = Lease::take(store, row.key, lasts).map_err(store_failed)? else {
        return Err(held("another process has this memory written"));
    };
    let turns = read(&lease.store, row.key, request.ask.base + 1, request.ask.through).map_err(store_failed)?;
    let events: Vec<(u64, &Turn)> = turns.iter().map(|(seq, turn)| (*seq, turn)).collect();
    if events.is_empty() {
        return Err(held("nothing new"));
    }
    let ask = &request.ask;
    let nonce = format!("{:016x}", RandomState::new().hash_one(now()));
    let source = Source {
        events: &events,
        memory: ask.prose.as_ref(),
        kept: &ask.kept,
        instructions: &ask.instructions,
        removed: &ask.removed,
        memory_tokens: ask.budget.0,
        section_tokens: ask.budget.1,
        nonce: &nonce,
        largest_request: terms.largest_request.get(),
    };
    let mut evidence = Evidence::new(ask.instructions.iter().map(String::as_str));
    for (seq, turn) in &events {
        evidence.add_turn(*seq, turn);
    }
    for document in ask.prose.iter().chain([&ask.kept]) {
        evidence.add_document(document);
    }
    let first = match behind_agent(ask, terms, writer.name(), &source) {
        Some(prompt) => {
            // Behind the whole conversation the model may name what only its older part has named.
            for (seq, turn) in &read(&lease.store, row.key, 1, ask.base).map_err(store_failed)? {
                evidence.add_turn(*seq, turn);
            }
            Plan::One(prompt)
        }
        None => plan(&source),
    };
    let mut calls = Calls { request, terms, writer, lease: &mut lease, report, too_long: false };
    let mut prose = calls.memory(first, &source, &evidence).await;
    if prose.is_err() && calls.too_long {
        // The model's window is smaller than was thought: smaller requests, once.
        let source = Source { largest_request: terms.largest_request.get(), ..source };
        prose = calls.memory(plan(&source), &source, &evidence).await;
    }
    let prose = prose?;
    Ok(Written { through: ask.through, base: ask.base, origin: ask.origin, prose })
}

/// The calls for one memory.
struct Calls<'a> {
    request: &'a Request,
    terms: &'a Terms,
    writer: &'a super::Writer,
    lease: &'a mut Lease,
    report: &'a mut Report,
    /// A request was larger than the model's window.
    too_long: bool,
}

impl Calls<'_> {
    async fn memory(&mut self, first: Plan, source: &Source<'_>, evidence: &Evidence) -> Result<Document, Refusal> {
        let mut step = first;
        for _ in 0..ROUNDS {
            match step {
                Plan::One(prompt) => return self.judged(prompt, source, evidence).await,
                Plan::Parts(prompts) => step = join(source, &self.parts(&prompts).await?),
            }
        }
        Err(Refusal { failed: true, ..held("the conversation is too long to be summarised") })
    }

    /// The answers to the parts of a long conversation, in their order.
    async fn parts(&mut self, prompts: &[Prompt]) -> Result<Vec<String>, Refusal> {
        self.may_spend()?;
        let writer = self.writer;
        let timed = |prompt| async move {
            let begun = Instant::now();
            (prompt, writer.complete(prompt).await, begun)
        };
        let mut answers = stream::iter(prompts).map(timed).buffered(AT_ONCE);
        let mut texts = Vec::new();
        while let Some((prompt, answer, begun)) = answers.next().await {
            let answer = self.answered(prompt, answer, begun)?;
            self.record(prompt, Outcome::Accepted, answer.usage, begun);
            texts.push(answer.text);
            self.lease.renew();
            if let Some(progress) = &self.request.progress {
                progress.at(texts.len() as u64, prompts.len() as u64 + 1, "summarising");
            }
        }
        Ok(texts)
    }

    /// One answer that the guard accepts, mended once if need be.
    async fn judged(&mut self, prompt: Prompt, source: &Source<'_>, evidence: &Evidence) -> Result<Document, Refusal> {
        let mut prompt = prompt;
        let (memory_tokens, section_tokens) = (source.memory_tokens, source.section_tokens);
        for attempt in 1..=2 {
            self.may_spend()?;
            let begun = Instant::now();
            let answer = self.writer.complete(&prompt).await;
            let answer = self.answered(&prompt, answer, begun)?;
            match judge(&answer, evidence, &Limits { memory_tokens, section_tokens, attempt }) {
                Verdict::Accepted { document, repaired } => {
                    let outcome = if attempt == 1 { Outcome::Accepted } else { Outcome::Repaired };
                    self.record(&prompt, outcome, answer.usage, begun);
                    self.report.notes.extend(repaired.into_iter().map(|what| format!("left out: {what}")));
                    return Ok(document);
                }
                Verdict::Repair { problems } => {
                    self.record(&prompt, Outcome::Refused, answer.usage, begun);
                    self.report.notes.extend(problems.iter().map(|problem| format!("sent back: {problem}")));
                    prompt = repair(&prompt, &answer.text, &problems);
                }
                Verdict::Refused { reason } => {
                    self.record(&prompt, Outcome::Refused, answer.usage, begun);
                    return Err(Refusal { failed: true, ..held(format!("the answer was refused: {reason}")) });
                }
            }
        }
        Err(Refusal { failed: true, ..held("the mended answer was refused") })
    }

    /// The caps are for what happens by itself; a person who asks for a refresh decides.
    fn may_spend(&self) -> Result<(), Refusal> {
        let config = &self.terms.config;
        if self.request.reply.is_some() || self.request.ask.origin != crate::engine::event::Origin::Background {
            return Ok(());
        }
        let spent = self.lease.store.spent(now()).map_err(|error| held(error.to_string()))?;
        for (tokens, cap, name) in [
            (spent.hour.tokens, config.tokens_per_hour, "backgroundTokensPerHour"),
            (spent.day.tokens, config.tokens_per_day, "backgroundTokensPerDay"),
        ] {
            if tokens >= cap {
                return Err(held(format!(
                    "{tokens} tokens are spent and {name} is {cap}: the embedded backend goes on"
                )));
            }
        }
        Ok(())
    }

    /// The answer, or what its failure means.
    fn answered(
        &mut self,
        prompt: &Prompt,
        answer: Result<Answer, Failure>,
        begun: Instant,
    ) -> Result<Answer, Refusal> {
        match answer {
            Ok(answer) => {
                self.report.outcome = Some(conduct::Outcome::Answered);
                if let Some(model) = &answer.model {
                    self.report.model.clone_from(model);
                }
                Ok(answer)
            }
            Err(failure) => {
                let retry_after = failure.retry_after.map(|wait| wait.as_secs());
                if failure.kind == FailureKind::TooLong {
                    self.too_long = true;
                    // What stands in front of the agent's own context is not ours to shorten.
                    if matches!(prompt.context, Context::Instructions(_)) {
                        self.terms.largest_request.set(smaller(prompt));
                    }
                }
                self.report.outcome = Some(match failure.kind {
                    FailureKind::Settings => conduct::Outcome::Stopped,
                    _ => conduct::Outcome::Failed {
                        retry_after: retry_after.and_then(|seconds| i64::try_from(seconds * 1000).ok()),
                    },
                });
                self.record(prompt, Outcome::Failed, Usage::default(), begun);
                Err(Refusal { retry_after, failed: true, ..held(failure.to_string()) })
            }
        }
    }

    fn record(&mut self, prompt: &Prompt, outcome: Outcome, usage: Usage, begun: Instant) {
        let config = &self.terms.config;
        // An editor names its model with the answer; what that costs is between the user and the editor.
        let model = self.report.model.as_str();
        let of_api = matches!(self.writer, super::Writer::Api(_));
        let price = of_api.then(|| config.prices.price(model, usage, config.cache_ttl)).flatten();
        let total = &mut self.report.usage;
        total.input_tokens += usage.input_tokens;
        total.output_tokens += usage.output_tokens;
        total.cache_read_tokens += usage.cache_read_tokens;
        total.cache_creation_tokens += usage.cache_creation_tokens;
        if let Some(price) = price {
            #[expect(clippy::cast_precision_loss, reason = "micro-dollars of a few calls")]
            let usd = price.cost_micros as f64 / 1e6;
            self.report.cost = Some(self.report.cost.unwrap_or_default() + usd);
        }
        let call = ModelCall {
            at: now(),
            provider: config.author.name(),
            model,
            purpose: prompt.purpose,
            outcome,
            usage,
            price,
            elapsed_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        if let Err(error) = self.lease.store.record_call(self.lease.key, &call) {
            tracing::warn!("a call is missing in the ledger: {error}");
        }
    }
}
