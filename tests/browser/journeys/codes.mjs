// Codes and where they may go: redirect URIs, the wrong client, the wrong place, twice, fifty times at once.
import { PEOPLE } from '../world.mjs'

/** An answer to an authorization request as a script sees it, without following it. */
const raw = (url) => fetch(url, { redirect: 'manual' })

/** OAU-01: only what is registered, byte for byte; a refusal is a page and leads nowhere. */
export async function redirect_uris(world) {
  const { checks, app } = world
  const port = new URL(app.origin).port
  const bent = [
    `${app.origin}/callback/`,
    `${app.origin}/callback?extra=1`,
    `${app.origin}/callback#fragment`,
    `${app.origin}/x/../callback`,
    `${app.origin}/x/%2e%2e/callback`,
    `${app.origin}/%63allback`,
    `${app.origin}/CALLBACK`,
    `${app.origin}\\@mallory.test/callback`,
    `http://user@127.0.0.1:${port}/callback`,
    `http://127.0.0.1:${port}@mallory.test/callback`,
    `http://127.0.0.1.mallory.test:${port}/callback`,
    `http://localhost:${port}/callback`,
    `https://127.0.0.1:${port}/callback`,
    `HTTP://127.0.0.1:${port}/callback`,
    'javascript:alert(1)',
    'https://mallory.test/callback',
    '',
  ]
  for (const redirect of bent) {
    const answer = await raw(world.ask(world.issuer('acme'), { redirect_uri: redirect }).url)
    const name = `redirect URI ${redirect.replaceAll(port, 'PORT') || '(empty)'}`
    checks.same(`${name}: refused`, answer.status, 400)
    checks.same(`${name}: leads nowhere`, answer.headers.get('location'), null)
    checks.that(`${name}: a page`, (answer.headers.get('content-type') ?? '').startsWith('text/html'))
  }
}

/** OAU-05, OAU-06: the request that lacks S256 or wants tokens in the front goes back to the app as an error. */
export async function narrow_profile(world) {
  const { checks } = world
  const wrong = {
    'no challenge': [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    'plain challenge': [{ code_challenge_method: 'plain' }, 'invalid_request'],
    'challenge without method': [{ code_challenge_method: undefined }, 'invalid_request'],
    'short challenge': [{ code_challenge: 'short' }, 'invalid_request'],
    implicit: [{ response_type: 'token' }, 'unsupported_response_type'],
    hybrid: [{ response_type: 'code id_token' }, 'unsupported_response_type'],
    'request object': [{ request: 'e30.e30.' }, 'request_not_supported'],
    'request object by reference': [{ request_uri: 'http://127.0.0.1:1/' }, 'request_uri_not_supported'],
    'unknown prompt with none': [{ prompt: 'none login' }, 'invalid_request'],
  }
  for (const [name, [extra, error]] of Object.entries(wrong)) {
    const asked = world.ask(world.issuer('acme'), extra)
    const answer = await raw(asked.url)
    const location = answer.headers.get('location') ?? ''
    checks.that(`${name}: back to the app`, world.atApp(location), `${answer.status} ${location}`)
    const found = new URLSearchParams(new URL(location).search || new URL(location).hash.slice(1))
    checks.same(`${name}: error`, found.get('error'), error)
    checks.same(`${name}: state`, found.get('state'), asked.state)
    checks.same(`${name}: issuer`, found.get('iss'), asked.issuer)
  }
}

/** OAU-03, OAU-04: a code serves one client, one redirect URI, one verifier, one issuer, once. */
export async function codes(world) {
  const { checks } = world
  const acme = world.issuer('acme')
  const page = await world.open()
  const fresh = (issuer = acme) => world.signIn(page, issuer, PEOPLE.alice)
  const service = {
    authorization: `Basic ${Buffer.from('demo-service:demo-service-secret').toString('base64')}`,
  }
  const misuses = {
    'another verifier': [{ code_verifier: 'x'.repeat(43) }],
    'a short verifier': [{ code_verifier: 'x' }],
    'no verifier': [{ code_verifier: undefined }],
    'another redirect URI': [{ redirect_uri: 'http://127.0.0.1:1/callback' }],
    'another client': [{ client_id: undefined }, service],
    'another tenant': [{ at: world.issuer('globex') }],
    'the platform': [{ at: world.issuer() }],
  }
  for (const [name, [change, headers]] of Object.entries(misuses)) {
    const refused = await world.redeem(await fresh(), change, headers)
    const malformed = ['no verifier', 'a short verifier'].includes(name)
    const errors = ['invalid_grant', malformed ? 'invalid_request' : 'unauthorized_client']
    checks.that(
      `code with ${name}: refused`,
      refused.status === 400 && errors.includes(refused.error),
      refused,
    )
    checks.same(`code with ${name}: no token`, refused.access_token, undefined)
  }

  const raced = await fresh()
  const results = await Promise.all(Array.from({ length: 50 }, () => world.redeem(raced)))
  checks.same('fifty redemptions: one succeeds', results.filter(({ status }) => status === 200).length, 1)
  const rest = results.filter(({ status }) => status !== 200)
  checks.that(
    'fifty redemptions: the rest are invalid_grant',
    rest.every(({ status, error }) => status === 400 && error === 'invalid_grant'),
    rest,
  )
}
