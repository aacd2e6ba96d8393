// The app's own side of a sign-in: a listener on a loopback port of the system's choice.
import { createServer } from 'node:http'

/**
 * Listens on 127.0.0.1. `pages` maps a path to a function of the request that returns `{ type, body }`; every other
 * path gets a plain page, so that the browser comes to rest. `requests` keeps method, URL and body of each, in order.
 */
export async function listen(pages = {}) {
  const requests = []
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const url = new URL(request.url, `http://${request.headers.host}`)
    requests.push({ method: request.method, url: url.href, body: Buffer.concat(chunks).toString() })
    const make =
      pages[url.pathname] ??
      (() => ({ type: 'text/html', body: '<!doctype html><title>app</title><p>The app.' }))
    const { type, body } = make(request)
    response
      .writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' })
      .end(body)
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${server.address().port}`
  return { origin, requests, close: () => server.closeAllConnections() ?? server.close() }
}
