//! What tools print.

pub const GREP: &str = r#"src/server/transport.rs:42:    let mut headers = HeaderReader::new(&mut input);
src/server/transport.rs:57:        Err(FrameError::TooLarge { length, limit }) => {
src/server/transport.rs:118:    async fn write_frame<W: AsyncWrite + Unpin>(out: &mut W, body: &[u8]) -> io::Result<()> {
src/server/backend.rs:31:use tower_lsp::lsp_types::{InitializeParams, InitializeResult, ServerCapabilities};
src/server/backend.rs:204:        self.client.log_message(MessageType::WARNING, format!("skipped {skipped} events")).await;
src/host/store.rs:77:            .context("could not open the database")?;
src/host/store.rs:131:    pub fn revision(&self, session: &SessionId, number: u64) -> Result<Option<Revision>> {
src/host/store/migrate.rs:19:const SCHEMA_VERSION: i64 = 7;
src/host/watch.rs:64:        // The directory is watched, because an atomic save replaces the file.
tests/support/client.rs:15:pub struct TestClient {
tests/support/client.rs:88:        panic!("no answer to {method} within {timeout:?}");
tests/scenarios/compact.rs:9:async fn compact_without_memory_uses_the_extractive_backend() {
"#;

pub const LS: &str = "total 188
drwxr-xr-x  9 anna staff   288 Mar 14 09:12 .
drwxr-xr-x 41 anna staff  1312 Mar 12 17:55 ..
-rw-r--r--  1 anna staff   612 Mar 12 17:55 .gitignore
-rw-r--r--  1 anna staff 48213 Mar 14 09:10 Cargo.lock
-rw-r--r--  1 anna staff  1894 Mar 14 09:10 Cargo.toml
-rw-r--r--  1 anna staff 11357 Feb 28 08:31 LICENSE
-rw-r--r--  1 anna staff  6204 Mar 13 22:47 README.md
drwxr-xr-x  4 anna staff   128 Mar 10 11:03 benches
-rwxr-xr-x  1 anna staff  3310 Mar  9 14:26 build.sh
drwxr-xr-x 12 anna staff   384 Mar 14 09:12 src
drwxr-xr-x  6 anna staff   192 Mar 13 18:40 tests
-rw-------  1 anna staff 20480 Mar 14 08:59 session.db
-rw-r--r--  1 anna staff   933 Feb 28 08:31 rustfmt.toml
";

pub const CARGO: &str = r#"   Compiling ledger-core v0.4.2 (/home/anna/projects/ledger/core)
   Compiling ledger-cli v0.4.2 (/home/anna/projects/ledger/cli)
warning: unused variable: `rounding`
  --> core/src/amount.rs:58:9
   |
58 |     let rounding = Rounding::HalfEven;
   |         ^^^^^^^^ help: if this is intentional, prefix it with an underscore: `_rounding`
   |
   = note: `#[warn(unused_variables)]` on by default

error[E0308]: mismatched types
   --> cli/src/report.rs:112:38
    |
112 |         table.add_row(vec![account, total]);
    |                                     ^^^^^ expected `String`, found `Amount`
    |
help: try using a conversion method
    |
112 |         table.add_row(vec![account, total.to_string()]);
    |                                          ++++++++++++

For more information about this error, try `rustc --explain E0308`.
warning: `ledger-core` (lib) generated 1 warning
error: could not compile `ledger-cli` (bin "ledger") due to 1 previous error; 1 warning emitted
"#;

pub const PYTEST: &str = r#"============================= test session starts ==============================
platform linux -- Python 3.12.4, pytest-8.3.2, pluggy-1.5.0
rootdir: /home/anna/projects/invoices
configfile: pyproject.toml
plugins: cov-5.0.0, asyncio-0.23.8
collected 47 items

tests/test_parser.py ..................                                  [ 38%]
tests/test_totals.py .......F....                                        [ 63%]
tests/test_export.py .................                                   [100%]

=================================== FAILURES ===================================
____________________________ test_discount_is_rounded ___________________________

invoice = Invoice(number='2024-117', lines=[Line(text='Paper', amount=Decimal('19.995'))])

    def test_discount_is_rounded(invoice):
        invoice.apply_discount(percent=10)
>       assert invoice.total == Decimal("18.00")
E       AssertionError: assert Decimal('17.9955') == Decimal('18.00')
E        +  where Decimal('17.9955') = Invoice(number='2024-117').total

tests/test_totals.py:81: AssertionError
=========================== short test summary info ============================
FAILED tests/test_totals.py::test_discount_is_rounded - AssertionError: assert...
========================= 1 failed, 46 passed in 2.31s =========================
"#;

pub const TRACES: &str = r#"Traceback (most recent call last):
  File "/srv/app/worker.py", line 88, in run_forever
    self.handle(message)
  File "/srv/app/worker.py", line 131, in handle
    result = self.registry[message.kind](message.payload)
  File "/srv/app/tasks/thumbnails.py", line 42, in resize
    with Image.open(io.BytesIO(payload["data"])) as image:
  File "/usr/lib/python3/dist-packages/PIL/Image.py", line 3298, in open
    raise UnidentifiedImageError(msg)
PIL.UnidentifiedImageError: cannot identify image file <_io.BytesIO object at 0x7f2c4d0b9e40>

TypeError: Cannot read properties of undefined (reading 'items')
    at renderCart (/srv/shop/dist/views/cart.js:57:31)
    at Layer.handle [as handle_request] (/srv/shop/node_modules/express/lib/router/layer.js:95:5)
    at next (/srv/shop/node_modules/express/lib/router/route.js:149:13)
    at async Promise.all (index 1)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)

thread 'main' panicked at src/index/build.rs:204:51:
called `Option::unwrap()` on a `None` value
stack backtrace:
   0: rust_begin_unwind
   1: core::panicking::panic_fmt
   2: core::option::unwrap_failed
   3: indexer::index::build::Builder::finish
             at ./src/index/build.rs:204:51
   4: indexer::main
             at ./src/main.rs:37:17
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
"#;

pub const IDENTIFIERS: &str = "parse_header, max_frame_length, FrameReader, readUntilDelimiter, HTTP_STATUS_CODES, \
connectionPool, isRetryable, last_seen_at, UserRepository, findByEmail, MAX_BACKOFF_MS, session_id, toISOString, \
getElementById, token_bucket_refill, XmlHttpRequest, DEFAULT_TIMEOUT, snapshotVersion, write_all_vectored, \
BTreeMap, into_boxed_slice, useEffect, handleSubmit, onKeyDown, is_ascii_alphanumeric, EventLoopWindowTarget, \
migrations_dir, applyPatchSet, LruCache, evict_oldest, num_workers, batchSize, learning_rate, train_test_split, \
DataFrame, groupby, fillna, json_normalize, __init__, __repr__, self._lock, asyncio.Semaphore, contextlib.suppress";

pub const PATHS: &str = "./src/components/checkout/PaymentForm.tsx
./src/components/checkout/__tests__/PaymentForm.test.tsx
./src/hooks/useDebouncedValue.ts
./src/lib/api/client.ts
./src/lib/api/generated/schema.d.ts
./public/images/icons/arrow-left.svg
./scripts/release/bump-version.mjs
./packages/design-tokens/dist/index.cjs
/home/anna/projects/ledger/core/src/amount.rs
/home/anna/projects/ledger/core/tests/fixtures/2024-q1.csv
/home/anna/.config/nvim/lua/plugins/completion.lua
/usr/local/share/ca-certificates/internal-root.crt
/etc/systemd/system/multi-user.target.wants/postgresql.service
/var/log/nginx/access.log.2.gz
/opt/homebrew/Cellar/openssl@3/3.3.1/lib/libcrypto.dylib
C:\\Users\\anna\\AppData\\Local\\Programs\\Python\\Python312\\python.exe
";

pub const COLOURED: &str = "\u{1b}[1m\u{1b}[32m    Finished\u{1b}[0m `dev` profile in 0.42s
\u{1b}[1m\u{1b}[32m     Running\u{1b}[0m unittests src/lib.rs
test amount::parses ... \u{1b}[32mok\u{1b}[0m
test amount::rounds ... \u{1b}[31mFAILED\u{1b}[0m
test report::empty ... \u{1b}[33mignored\u{1b}[0m
\u{1b}[31merror\u{1b}[0m: test failed, to rerun pass \u{1b}[1m`--lib`\u{1b}[0m
";

pub const TREE: &str = "ledger
├── Cargo.toml
├── core
│   ├── src
│   │   ├── amount.rs
│   │   └── lib.rs
│   └── tests
│       └── rounding.rs
└── cli
    └── src
        ├── main.rs
        └── report.rs

┌──────────────┬──────────┬─────────┐
│ account      │  entries │   total │
├──────────────┼──────────┼─────────┤
│ rent         │       12 │ 9600.00 │
│ travel       │       31 │ 1284.70 │
└──────────────┴──────────┴─────────┘
";

pub const DIFF: &str = r#"diff --git a/src/session/store.rs b/src/session/store.rs
index 4f1c2a9..b7d03e5 100644
--- a/src/session/store.rs
+++ b/src/session/store.rs
@@ -41,9 +41,13 @@ impl Store {
     pub fn append(&mut self, event: &Event) -> Result<u64, StoreError> {
         let body = serde_json::to_string(event)?;
-        self.connection.execute("INSERT INTO events (body) VALUES (?1)", [&body])?;
-        Ok(self.connection.last_insert_rowid() as u64)
+        let transaction = self.connection.transaction()?;
+        transaction.execute("INSERT INTO events (session, body) VALUES (?1, ?2)", params![self.session, body])?;
+        let seq = transaction.last_insert_rowid();
+        transaction.commit()?;
+        u64::try_from(seq).map_err(|_| StoreError::Sequence(seq))
     }
 
+    /// Events after `seq`, oldest first.
     pub fn since(&self, seq: u64) -> Result<Vec<Event>, StoreError> {
-        let mut statement = self.connection.prepare("SELECT body FROM events WHERE id > ?1")?;
+        let mut statement = self.connection.prepare_cached("SELECT body FROM events WHERE id > ?1 ORDER BY id")?;
         let rows = statement.query_map([seq], |row| row.get::<_, String>(0))?;
@@ -88,6 +92,7 @@ mod tests {
     fn reopens() {
         let dir = tempfile::tempdir().unwrap();
         let path = dir.path().join("events.db");
+        assert!(!path.exists());
         Store::open(&path).unwrap();
         assert_eq!(Store::open(&path).unwrap().since(0).unwrap(), vec![]);
     }
"#;
