// oidc-client-ts as a single-page app in Chromium: a public client on another origin, so each of its calls is a matter
// of CORS. It signs in, asks userinfo, renews by refresh token and signs out; it refuses what it should.
import { readFileSync } from 'node:fs'

import { freshContext, withChromium } from '../browser/chromium.mjs'
import { DRIVERS, walk } from '../browser/hosted.mjs'
import { listen } from '../browser/listener.mjs'
import { run } from '../browser/run.mjs'

const PACKAGE = new URL('../node_modules/oidc-client-ts/', import.meta.url)
const read = (url) => readFileSync(url, 'utf8')

function settings(input, origin) {
  return {
    authority: input.issuer,
    client_id: input.clientId,
    redirect_uri: `${origin}/callback`,
    post_logout_redirect_uri: `${origin}/logged-out`,
    response_type: 'code',
    scope: 'openid profile email offline_access',
    loadUserInfo: true,
    automaticSilentRenew: false,
    ...(input.organization && { extraQueryParams: { organization: input.organization } }),
    ...(input.driver === 'oidc-provider' && { prompt: 'consent' }),
  }
}

async function serveApp(input) {
  const html = { type: 'text/html', body: read(new URL('oidc-client-ts.html', import.meta.url)) }
  const script = {
    type: 'text/javascript',
    body: read(new URL('dist/browser/oidc-client-ts.min.js', PACKAGE)),
  }
  const pages = { '/oidc-client-ts.min.js': () => script }
  for (const path of ['/', '/callback', '/logged-out']) pages[path] = () => html
  const app = await listen(pages)
  pages['/settings.json'] = () => ({
    type: 'application/json',
    body: JSON.stringify(settings(input, app.origin)),
  })
  return app
}

/** Runs `act(argument)` in the page once its manager stands; an error comes back as its message. */
async function inApp(page, act, argument) {
  const { value, error } = await page.evaluate(
    async ([source, given]) => {
      await ready
      try {
        return { value: await (0, eval)(`(${source})`)(given) }
      } catch (thrown) {
        return { error: thrown.message }
      }
    },
    [act.toString(), argument],
  )
  if (error !== undefined) throw new Error(error)
  return value
}

/** Starts a redirect in the page (it never returns from there) and follows it to the app again. */
async function redirect(world, path, start) {
  const { page, app, input } = world
  const left = page.waitForURL((url) => !url.href.startsWith(app.origin) || url.pathname === path)
  await inApp(page, start)
  await left
  return walk(page, undefined, input, (at) => at.startsWith(app.origin + path), world.driver)
}

const signInRedirect = (world) => redirect(world, '/callback', () => void manager.signinRedirect())

async function signsIn(world, checks) {
  const { page, app, input } = world
  await page.goto(app.origin)
  await signInRedirect(world)
  const user = await inApp(page, () =>
    manager.signinCallback().then(({ profile, ...tokens }) => ({ ...tokens, profile })),
  )
  checks.same('ID token: audience', [user.profile.aud].flat().join(), input.clientId)
  checks.same('ID token: issuer', user.profile.iss, input.issuer)
  checks.same('userinfo: address', user.profile.email, input.username)
  checks.that('refresh token issued', typeof user.refresh_token === 'string')
  return user
}

async function renews(world, before, checks) {
  const after = await inApp(world.page, () =>
    manager.signinSilent().then(({ profile, ...tokens }) => ({ ...tokens, profile })),
  )
  checks.that(
    'silent renewal brings new tokens',
    after.access_token !== before.access_token && after.refresh_token !== before.refresh_token,
  )
  checks.same('silent renewal keeps the person', after.profile.sub, before.profile.sub)
  return after.access_token
}

/** What the browser saw of CORS on each back-channel call of the app. */
function checkSeenCors(world, checks) {
  for (const name of ['discovery', 'token', 'userinfo']) {
    const calls = world.seen.filter((call) => call.name === name && call.method !== 'OPTIONS')
    checks.that(`CORS: ${name} was called by the page`, calls.length > 0)
    const open = name === 'discovery' ? [world.app.origin, '*'] : [world.app.origin]
    checks.that(
      `CORS: ${name} names the app's origin`,
      calls.every(({ headers }) => open.includes(headers['access-control-allow-origin'])),
      calls.map(({ headers }) => headers),
    )
    checks.that(
      `CORS: ${name} takes no credentials`,
      calls.every(({ headers }) => headers['access-control-allow-credentials'] !== 'true'),
    )
    const varied = ({ headers }) =>
      headers['access-control-allow-origin'] === '*' || /\borigin\b/i.test(headers.vary ?? '')
    checks.that(
      `CORS: ${name} varies by origin`,
      calls.every(varied),
      calls.map(({ headers }) => headers.vary),
    )
  }
}

/** The same calls from pages that have no business here. */
async function refusesForeignOrigins(world, accessToken, checks) {
  const { authorization_endpoint, token_endpoint, userinfo_endpoint } = world.metadata
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: world.input.clientId,
    refresh_token: 'none',
  })
  const calls = {
    token: [token_endpoint, { method: 'POST', body: form }],
    userinfo: [userinfo_endpoint, { headers: { authorization: `Bearer ${accessToken}` } }],
    authorize: [authorization_endpoint, { redirect: 'manual' }],
  }
  const origins = {
    strangers: 'https://mallory.test',
    null: 'null',
    'a look-alike': 'http://127.0.0.1.mallory.test',
  }
  for (const [who, origin] of Object.entries(origins)) {
    for (const [name, [url, options]] of Object.entries(calls)) {
      const answer = await fetch(url, { ...options, headers: { ...options.headers, origin } })
      const allowed = answer.headers.get('access-control-allow-origin')
      const fine = allowed === null || (allowed !== '*' && allowed !== origin)
      checks.that(`CORS: ${name} is closed to ${who}`, fine, allowed)
    }
  }
  const own = await fetch(authorization_endpoint, {
    redirect: 'manual',
    headers: { origin: world.app.origin },
  })
  checks.same(
    'CORS: authorize is closed to the app too',
    own.headers.get('access-control-allow-origin'),
    null,
  )
}

async function refusesForgeries(world, checks) {
  const { page, input } = world
  const answer = new URL(await signInRedirect(world))
  const callback = (url) => inApp(page, (at) => manager.signinCallback(at).then(() => 'accepted'), url)
  const state = new URL(answer)
  state.searchParams.set('state', 'another')
  await checks.refuses(
    'client refuses another state',
    () => callback(state.href),
    ({ message }) => message.includes('state'),
  )

  const other = async (route) => {
    const real = await route.fetch()
    await route.fulfill({ response: real, json: { ...(await real.json()), sub: 'mallory' } })
  }
  await page.route(world.metadata.userinfo_endpoint, other)
  await checks.refuses(
    'client refuses userinfo of another person',
    () => callback(answer.href),
    ({ message }) => message.includes('subject'),
  )
  await page.unroute(world.metadata.userinfo_endpoint, other)
  await checks.refuses(
    'client refuses an answer it has used',
    () => callback(answer.href),
    ({ message }) => message.includes('state'),
  )

  const again = {
    url: world.metadata.token_endpoint,
    clientId: input.clientId,
    code: answer.searchParams.get('code'),
  }
  const refused = await inApp(
    page,
    async ({ url, clientId, code }) => {
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        code,
        code_verifier: 'x'.repeat(43),
        redirect_uri: `${location.origin}/callback`,
      })
      const response = await fetch(url, { method: 'POST', body })
      return { status: response.status, error: (await response.json()).error }
    },
    again,
  )
  checks.same(
    'provider refuses a used code, and the page can read why',
    `${refused.status} ${refused.error}`,
    '400 invalid_grant',
  )
}

async function signsOut(world, checks) {
  const { page, app } = world
  const back = `${app.origin}/logged-out`
  const left = page.waitForURL((url) => !url.href.startsWith(app.origin) || url.href.startsWith(back))
  await inApp(page, () => void manager.signoutRedirect())
  await left
  if (!page.url().startsWith(back)) await world.driver.confirmSignOut(page)
  await page.waitForURL((url) => url.href.startsWith(back))
  await inApp(page, () => manager.signoutCallback().then(() => 'done'))
  checks.same('sign-out forgets the person', await inApp(page, () => manager.getUser()), null)
  await inApp(page, () => void manager.signinRedirect({ prompt: 'none' }))
  await page.waitForURL((url) => url.href.startsWith(`${app.origin}/callback`))
  await checks.refuses(
    'the session has ended',
    () => inApp(page, () => manager.signinCallback().then(() => 'signed in')),
    ({ message }) => message.includes('login_required') || /not signed in|End-User/i.test(message),
  )
}

function watch(page, metadata, app) {
  const names = new Map([
    [metadata.token_endpoint, 'token'],
    [metadata.userinfo_endpoint, 'userinfo'],
    [`${metadata.issuer}/.well-known/openid-configuration`, 'discovery'],
  ])
  const seen = []
  page.on('response', (response) => {
    const name = names.get(response.url())
    const fromApp = response.frame().url().startsWith(app.origin)
    if (name !== undefined && fromApp)
      seen.push({ name, method: response.request().method(), headers: response.headers() })
  })
  return seen
}

await run(async (input, checks) => {
  const metadata = await (await fetch(`${input.issuer}/.well-known/openid-configuration`)).json()
  const app = await serveApp(input)
  await withChromium(input.chromium, async (browser) => {
    const page = await (await freshContext(browser)).newPage()
    const world = {
      input,
      app,
      page,
      metadata,
      driver: DRIVERS[input.driver ?? 'gatehouse'],
      seen: watch(page, metadata, app),
    }
    const user = await signsIn(world, checks)
    const accessToken = await renews(world, user, checks)
    checkSeenCors(world, checks)
    await refusesForeignOrigins(world, accessToken, checks)
    await signsOut(world, checks)
    await page.goto(app.origin)
    await refusesForgeries(world, checks)
  })
  app.close()
  return { client: `oidc-client-ts ${JSON.parse(read(new URL('package.json', PACKAGE))).version}` }
})
