//! Text that only talks about secrets, and strings that only look like them.

use super::super::{redact, redact_json};

const INNOCENT: &[&str] = &[
    // Code.
    "password = get_password()",
    "let password = prompt_password(\"Password: \")?;",
    "self.password = kwargs.pop('password', None)",
    "password=password, token=token, secret=self.secret1",
    "token: String,\n    pub api_key: Option<String>,",
    "pub fn token(&self) -> TokenKind { self.token2 }",
    "let token = tokens[index_of_token1];",
    "const token = await getUserTokenFromRequest2(request);",
    "api_key = os.environ[\"OPENAI_API_KEY\"]",
    "os.environ[\"X_TOKEN\"]",
    "api_key = settings.AUTH0_API_KEY_V2_STAGING",
    "API_KEY=$FOO",
    "API_KEY=${OPENAI_API_KEY:-unset}",
    "TOKEN=$(cat /run/secrets/token1)",
    "PASSWORD_FILE=/run/secrets/db_password_1",
    "token = \"<your-token-here>\"",
    "headers = {\"Authorization\": f\"Bearer {token}\"}",
    "headers: { Authorization: `Bearer ${session.accessToken}` }",
    "Authorization: Bearer <token>",
    "Authorization: AWS4-HMAC-SHA256",
    "\"Authorization\": \"Bearer \" + token",
    "if token == TokenKind::Identifier2 { next_token(); }",
    "match secret { Secret::AES256_GCM_SHA384 => {} }",
    "password: { type: 'string', minLength: 12 }",
    "assert_eq!(user.password_hash, hash_password(\"x\", 12));",
    "type_token: 'keyword.control.import.python.v3',",
    "\"tokenizer\": \"Qwen2Tokenizer.from_pretrained.v2\"",
    "\"secret\": \"changeme\"",
    "\"password\": \"password123\"",
    "password: test-secret-1",
    "POSTGRES_PASSWORD=postgres",
    "MYSQL_ROOT_PASSWORD: \"example1234\"",
    "\"PASSWORD_CLAIM\": \"[claim_signature_1]\"",
    "{\"name\": \"DB_PASSWORD\", \"valueFrom\": {\"secretKeyRef\": {\"name\": \"db-1\", \"key\": \"password\"}}}",
    "kubectl create secret generic db-credentials-2 --from-file=./password1.txt",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbC123",
    "\"encryptionKey\": \"arn:aws:kms:us-west-2:123456789012:alias/aws/s3\"",
    "\"max_tokens\": 4096, \"input_tokens\": 1234567890123456",
    "\"nextPageToken\": \"CAUQAA1b2C3d4E5f6G7h8\"",
    "token_expiry: 2018-03-02T21:26:13Z",
    "force_length_passive is FiberForceLengthPassiveDeGroote2016",
    // Placeholders.
    "OPENAI_API_KEY=sk-...",
    "export ANTHROPIC_API_KEY=sk-ant-your-key-goes-in-this-place-0123456789",
    "token: ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    "password: ********",
    "api_key: \"<your key>\"",
    // URLs and users.
    "docker run -u 1000:1000 curl && curl -u \"$USER:$PASSWORD\" https://host.invalid",
    "https://user:password@example.com/",
    "postgres://postgres:postgres@localhost:5432/app",
    "postgres://$USER:$PASSWORD@$HOST/db and redis://:{password}@{host}",
    "ssh://git@github.com:22/a/b.git and http://localhost:8080/@scope/pkg@1.2.3",
    // Strings that are drawn, but no secrets.
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "index 83db48f..bf269f4 100644",
    "id: 550e8400-e29b-41d4-a716-446655440000",
    "\"lockToken\": \"447e55ac-2396-4c6d-b9f9-86b67c17f8b5\"",
    "\"integrity\": \"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==\"",
    "\"node_modules/js-tokens\": {\"integrity\": \"sha512-RdJUflcE3cUzKiMqQgsCu06FPu9UdIJO0beYbPhHN4k6apgJtifcoCtT9bcxOpYBtpD2kCM6Sbzg4CausW/PKQ==\"}",
    "checksum = \"b4cd0baed27c5d4d6a4b6b1ea3d5bb1d4a9b0f4a2a6c4c9f5b3ab1d0c7e6f8a1\"",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "cache-key-0cc175b9c0f1b6a831c399e269772661",
    "class=\"sk-spinner sk-spinner-wandering-cubes-2 sk-folding-cube\"",
    "x-request-id: 4f3c2b1a-req_011CQwEr7T9yUvXz5AsDfGh",
    "toolu_01A09q90qw90lq917835lq9 msg_013Zva2CMHLNnjNjJKqJ2EF chatcmpl-9XyZ1AbCdEfGhIjKlMnOpQrStUvWx",
];

#[test]
fn innocent_text_stays() {
    let changed: Vec<_> = INNOCENT.iter().filter(|text| redact(text) != **text).map(|text| redact(text)).collect();
    assert!(changed.is_empty(), "{changed:#?}");
    for text in INNOCENT {
        let raw = serde_json::json!({ "content": text, "nested": serde_json::json!([text]).to_string() }).to_string();
        assert_eq!(redact_json(&raw), raw);
    }
}

#[test]
fn placeholders_of_ours_stay() {
    for text in [
        "password=[redacted:password] token: [redacted:token]",
        "postgres://app:[redacted:url-password]@db/app",
        "{\"api_key\": \"[redacted:api-key]\", \"value\": \"x\"}",
    ] {
        assert_eq!(redact(text), text);
        assert_eq!(redact_json(text), text);
    }
}

#[test]
fn numbers_are_not_touched_in_json() {
    let raw = r#"{"password":12345678901234567890,"token":0.12345678901234567}"#;
    assert_eq!(redact_json(raw), raw);
}
