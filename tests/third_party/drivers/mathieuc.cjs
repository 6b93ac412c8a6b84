// @mathieuc/tradingview: signs in by cookies, one socket, all charts at once.
const WebSocket = require("ws");

const task = JSON.parse(process.argv[2]);

class RedirectedSocket extends WebSocket {
	constructor(_address, options) {
		super(`${task.socket}?type=chart`, options);
	}
}
require.cache[require.resolve("ws")].exports = RedirectedSocket;

const { Client } = require("@mathieuc/tradingview");

function fail(...reasons) {
	console.error(...reasons);
	process.exit(1);
}

function read(client, [symbol, timeframe, range]) {
	return new Promise((resolve) => {
		const chart = new client.Session.Chart();
		chart.onError(fail);
		chart.onUpdate(() => {
			const periods = [...chart.periods].sort((a, b) => a.time - b.time);
			resolve(
				periods.map((p) => [p.time, p.open, p.max, p.min, p.close, p.volume]),
			);
		});
		chart.setMarket(symbol, { timeframe, range });
	});
}

async function main() {
	const client = new Client({
		token: task.sessionid,
		signature: task.sessionid_sign,
		location: `${task.site}/chart/`,
	});
	client.onError(fail);
	const charts = await Promise.all(
		task.charts.map((chart) => read(client, chart)),
	);
	console.log(JSON.stringify(charts));
	await client.end();
}

main().catch(fail);
