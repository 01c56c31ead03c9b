import assert from "node:assert/strict";
import { test } from "node:test";
import { Orderly } from "./orderly";

const LOST = new Error("lost");
const patiently = (error: unknown): boolean => error === LOST;
const never = (): boolean => false;

/** A server that is there or not, and writes down what it was asked. */
class Server {
  isUp = true;
  readonly asked: string[] = [];

  ask(what: string): Promise<string> {
    this.asked.push(what);
    return this.isUp ? Promise.resolve(`did ${what}`) : Promise.reject(LOST);
  }
}

/** Lets everything that can go on go on. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test("pieces of work are done in order, one at a time", async () => {
  const queue = new Orderly();
  const events: string[] = [];
  const piece = (name: string) => async () => {
    events.push(`${name} begins`);
    await settle();
    events.push(`${name} ends`);
    return name;
  };
  assert.deepEqual(await Promise.all(["a", "b", "c"].map((name) => queue.add(piece(name), never))), ["a", "b", "c"]);
  assert.deepEqual(
    events,
    ["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});

test("what a lost connection cut off is done again, before what came later", async () => {
  const queue = new Orderly();
  const server = new Server();
  server.isUp = false;
  const done = ["a", "b"].map((name) => queue.add(() => server.ask(name), patiently));
  await settle();
  assert.deepEqual(server.asked, ["a"]);
  server.isUp = true;
  queue.retry();
  assert.deepEqual(await Promise.all(done), ["did a", "did b"]);
  assert.deepEqual(server.asked, ["a", "a", "b"]);
});

test("a refusal concerns only its own piece", async () => {
  const queue = new Orderly();
  const refused = queue.add(() => Promise.reject(new Error("no such event type")), patiently);
  const next = queue.add(() => Promise.resolve("stored"), patiently);
  await assert.rejects(refused, /no such event type/);
  assert.equal(await next, "stored");
});

test("who does not want to wait for a server does not wait behind one who does", async () => {
  const queue = new Orderly();
  const server = new Server();
  server.isUp = false;
  const patient = queue.add(() => server.ask("append"), patiently);
  const impatient = queue.add(() => server.ask("compact"), never);
  await assert.rejects(impatient, LOST);
  server.isUp = true;
  queue.retry();
  assert.equal(await patient, "did append");
});

test("a refused promise at the end, none left hanging", async () => {
  const queue = new Orderly();
  const server = new Server();
  server.isUp = false;
  const waiting = queue.add(() => server.ask("a"), patiently);
  await settle();
  queue.end(new Error("closing"));
  await assert.rejects(waiting, /closing/);
});
