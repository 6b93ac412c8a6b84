import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../../static/js/connection.js";

test("a message makes it streaming", () => {
	const connection = new Connection();
	connection.delivered();
	assert.equal(connection.state, "streaming");
});

test("a stream that was cut off may reconnect", () => {
	const connection = new Connection();
	connection.delivered();
	assert.ok(connection.mayReconnect());
	assert.equal(connection.state, "reconnecting");
});

test("connections that bring nothing come to an end", () => {
	const connection = new Connection();
	let tries = 0;
	while (connection.mayReconnect() && tries < 100) tries += 1;
	assert.equal(tries, 6);
	assert.equal(connection.state, "lost");
});

test("a message makes the tries count from the beginning", () => {
	const connection = new Connection();
	for (let round = 0; round < 20; round++) {
		assert.ok(connection.mayReconnect());
		connection.delivered();
	}
});

for (const status of [401, 403, 404]) {
	test(`the answer ${status} ends it`, () => {
		const connection = new Connection();
		connection.broke(status);
		assert.equal(connection.mayReconnect(), false);
		assert.equal(connection.state, "lost");
	});
}

test("an overloaded server is asked again", () => {
	const connection = new Connection();
	connection.broke(503);
	assert.ok(connection.mayReconnect());
});

test("after the last message nothing changes its mind", () => {
	const connection = new Connection();
	connection.finished(true);
	connection.delivered();
	connection.gaveUp();
	assert.equal(connection.state, "done");
	assert.equal(connection.mayReconnect(), false);
});

test("a last message that tells of an error is no completion", () => {
	const connection = new Connection();
	connection.finished(false);
	assert.equal(connection.state, "failed");
});
