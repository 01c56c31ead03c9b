//! The table of tokens that are known by their prefix: vendor, prefixes, and the shape of what follows.
//!
//! Lengths are minima where a vendor has changed them over time, so that a longer or a cut-off token is caught too.
//! The prefixes themselves are public facts of the vendors' documentation.

use super::Span;
use super::randomness::{Mix, entropy, is_placeholder, is_random};
use super::shape::{
    self,
    Class::{Alnum, Base64, Dotted, Encoded, Hex, Padded, Upper, Word},
    Piece::{self, Run, Text},
};

/// A prefix rule.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) prefixes: &'static [&'static str],
    body: &'static [Piece],
    /// The prefix alone proves little, so the rest must look drawn, not written.
    strict: bool,
}

/// No upper limit, in effect: JWTs with many claims reach some kilobytes. Whatever has no fixed length gets this one, so
/// that a token does not depend on what follows it.
pub(super) const LONG: usize = 8192;

const fn rule(name: &'static str, prefixes: &'static [&'static str], body: &'static [Piece]) -> Rule {
    Rule { name, prefixes, body, strict: false }
}

const fn strict(name: &'static str, prefixes: &'static [&'static str], body: &'static [Piece]) -> Rule {
    Rule { name, prefixes, body, strict: true }
}

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    rule(AWS_ACCESS_KEY, &["AKIA", "ASIA", "ABIA", "ACCA"], &[Run(Upper, 16, 16)]),
    rule("aws-session-token", &["IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"], &[Run(Base64, 80, LONG)]),
    rule("aws-bedrock-key", &["ABSK"], &[Run(Base64, 100, LONG)]),
    rule("github-token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], &[Run(Alnum, 36, LONG)]),
    rule("github-token", &["github_pat_"], &[Run(Word, 40, LONG)]),
    rule("gitlab-token", &["glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-", "gloas-", "glimt-", "glft-", "glagent-"],
        &[Run(Dotted, 20, LONG)]),
    rule("slack-token", &["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxe.", "xoxc-", "xapp-"], &[Run(Word, 20, LONG)]),
    rule("slack-token", &["xoxd-"], &[Run(Encoded, 40, LONG)]),
    rule("slack-webhook", &["hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/"],
        &[Run(Base64, 30, LONG)]),
    rule("discord-webhook", &["/api/webhooks/"], &[Run(Hex, 17, LONG), Text("/"), Run(Word, 60, LONG)]),
    rule("stripe-key", &["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"], &[Run(Alnum, 16, LONG)]),
    rule("anthropic-key", &["sk-ant-"], &[Run(Word, 32, LONG)]),
    rule("openrouter-key", &["sk-or-v1-"], &[Run(Hex, 32, LONG)]),
    strict("openai-key", &["sk-"], &[Run(Word, 32, LONG)]),
    rule("google-api-key", &["AIza"], &[Run(Word, 35, 35)]),
    rule("google-oauth-token", &["ya29."], &[Run(Word, 30, LONG)]),
    rule("google-oauth-secret", &["GOCSPX-"], &[Run(Word, 24, LONG)]),
    rule("npm-token", &["npm_"], &[Run(Alnum, 36, LONG)]),
    rule("pypi-token", &["pypi-"], &[Run(Word, 50, LONG)]),
    rule("rubygems-key", &["rubygems_"], &[Run(Hex, 48, LONG)]),
    strict("crates-io-token", &["cio"], &[Run(Alnum, 32, 32)]),
    rule("huggingface-token", &["hf_", "api_org_"], &[Run(Alnum, 30, LONG)]),
    rule("groq-key", &["gsk_"], &[Run(Alnum, 40, LONG)]),
    rule("xai-key", &["xai-"], &[Run(Alnum, 60, LONG)]),
    rule("nvidia-key", &["nvapi-"], &[Run(Word, 50, LONG)]),
    rule("perplexity-key", &["pplx-"], &[Run(Alnum, 40, LONG)]),
    rule("replicate-token", &["r8_"], &[Run(Alnum, 30, LONG)]),
    rule("langsmith-key", &["lsv2_pt_", "lsv2_sk_"], &[Run(Word, 32, LONG)]),
    rule("sendgrid-key", &["SG."], &[Run(Word, 16, LONG), Text("."), Run(Word, 32, LONG)]),
    rule("twilio-key", &["SK"], &[Run(Hex, 32, 32)]),
    strict("mailgun-key", &["key-"], &[Run(Hex, 32, 32)]),
    rule("digitalocean-token", &["dop_v1_", "doo_v1_", "dor_v1_"], &[Run(Hex, 64, 64)]),
    rule("databricks-token", &["dapi"], &[Run(Hex, 32, 32)]),
    rule("azure-key", &["AccountKey=", "SharedAccessKey="], &[Run(Encoded, 40, LONG)]),
    rule("azure-sas", &["sig="], &[Run(Encoded, 43, LONG)]),
    rule("jwt", &["eyJ"], &[Run(Word, 10, LONG), Text("."), Run(Word, 10, LONG), Text("."), Run(Word, 16, LONG)]),
    rule("vault-token", &["hvs.", "hvb.", "hvr."], &[Run(Word, 24, LONG)]),
    rule("linear-key", &["lin_api_", "lin_oauth_"], &[Run(Alnum, 32, LONG)]),
    rule("notion-token", &["ntn_"], &[Run(Alnum, 40, LONG)]),
    rule("notion-token", &["secret_"], &[Run(Alnum, 43, 43)]),
    rule("shopify-token", &["shpat_", "shpca_", "shppa_", "shpss_"], &[Run(Hex, 32, 32)]),
    rule("docker-token", &["dckr_pat_", "dckr_oat_"], &[Run(Word, 20, LONG)]),
    rule("atlassian-token", &["ATATT3", "ATCTT3", "ATBB"], &[Run(Padded, 28, LONG)]),
    rule("cloudflare-key", &["v1.0-"], &[Run(Hex, 24, 24), Text("-"), Run(Hex, 146, 146)]),
    rule("age-key", &["AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1"], &[Run(Upper, 50, LONG)]),
    rule("grafana-token", &["glsa_", "glc_eyJ"], &[Run(Padded, 32, LONG)]),
    rule("sentry-token", &["sntrys_", "sntryu_"], &[Run(Padded, 40, LONG)]),
    rule("newrelic-key", &["NRAK-"], &[Run(Upper, 27, 27)]),
    rule("postman-key", &["PMAK-"], &[Run(Hex, 24, 24), Text("-"), Run(Hex, 34, 34)]),
    rule("pulumi-token", &["pul-"], &[Run(Hex, 40, 40)]),
    rule("doppler-token", &["dp.pt.", "dp.st.", "dp.ct.", "dp.sa."], &[Run(Dotted, 40, LONG)]),
    rule("supabase-key", &["sbp_", "sb_secret_"], &[Run(Word, 28, LONG)]),
    rule("figma-token", &["figd_"], &[Run(Word, 36, LONG)]),
    rule("planetscale-token", &["pscale_tkn_", "pscale_pw_"], &[Run(Dotted, 32, LONG)]),
    rule("flyio-token", &["fm1r_", "fm1a_", "fm2_"], &[Run(Base64, 60, LONG)]),
    strict("npm-auth", &["_auth="], &[Run(Base64, 16, LONG)]),
];

/// The name of AWS access key ids, next to which the secret half may stand.
pub(super) const AWS_ACCESS_KEY: &str = "aws-access-key";

impl Rule {
    /// A made-up token of this kind.
    pub(super) fn example(&self) -> String {
        let mut token = self.prefixes.first().copied().unwrap_or_default().to_owned();
        for piece in self.body {
            match *piece {
                Text(text) => token.push_str(text),
                Run(class, least, _) => {
                    let letters = match class {
                        Hex => "3f9a1c7e5b2d8046",
                        Upper => "Q7WE2RT9YUP4ASDF",
                        _ => "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zL",
                    };
                    token.extend(letters.chars().cycle().take(least));
                }
            }
        }
        token
    }

    /// The token whose prefix stands at `start..end`, or how far the refused candidate reached.
    pub(super) fn find(&self, bytes: &[u8], start: usize, end: usize) -> Result<Span, usize> {
        let mut stop = shape::matches(self.body, bytes, end)?;
        let mut body = bytes.get(end..stop).unwrap_or_default();
        // The full stop of a sentence is not part of the token before it.
        while let [rest @ .., b'.'] = body {
            body = rest;
            stop -= 1;
        }
        let is_token = if self.strict {
            let inside_name = start > 0 && matches!(bytes.get(start - 1), Some(b'-' | b'_'));
            !inside_name && is_random(body, 3.0)
        } else {
            let mix = Mix::of(body);
            (mix.is_mixed() || mix.upper > 0) && !is_placeholder(body) && entropy(body) >= 2.8
        };
        if is_token { Ok(Span { start, end: stop, name: self.name }) } else { Err(stop) }
    }
}
