// openid-client with jose, as a relying party of the person's own machine: it signs in, refreshes, asks userinfo and
// signs out, refuses what it should, and sees the provider refuse what it should.
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'

import * as jose from 'jose'
import * as oidc from 'openid-client'

import { freshContext, withChromium } from '../browser/chromium.mjs'
import { DRIVERS, walk } from '../browser/hosted.mjs'
import { listen } from '../browser/listener.mjs'
import { run } from '../browser/run.mjs'

const SCOPE = 'openid profile email offline_access'

const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString())
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
const cause = (error) => (error.cause instanceof Error ? cause(error.cause) : error)
const code = (wanted) => (error) => error.code === wanted || cause(error).code === wanted
const says = (wanted) => (error) => error.error === wanted

/** The relying party: discovery, and signatures of ID tokens checked although they come over the back channel. */
async function party(input) {
  const plain = new URL(input.issuer).protocol === 'http:' ? [oidc.allowInsecureRequests] : []
  const execute = [...plain, oidc.enableNonRepudiationChecks]
  return oidc.discovery(new URL(input.issuer), input.clientId, undefined, oidc.None(), { execute })
}

/** One authorization request, walked to its answer in `page`. */
async function authorize(world, page, extra = {}) {
  const verifier = oidc.randomPKCECodeVerifier()
  const asked = {
    pkceCodeVerifier: verifier,
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
  }
  const url = oidc.buildAuthorizationUrl(world.config, {
    redirect_uri: `${world.app.origin}/callback`,
    scope: SCOPE,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: asked.expectedState,
    nonce: asked.expectedNonce,
    ...(world.input.organization && { organization: world.input.organization }),
    ...(world.driver === DRIVERS['oidc-provider'] && { prompt: 'consent' }),
    ...extra,
  })
  const at = await walk(
    page,
    url,
    world.input,
    (where) => where.startsWith(`${world.app.origin}/callback`),
    world.driver,
  )
  return { answer: new URL(at), asked: { ...asked, idTokenExpected: true } }
}

const redeem = (world, { answer, asked }) => oidc.authorizationCodeGrant(world.config, answer, asked)

const altered = (url, name, value) => {
  const copy = new URL(url)
  copy.searchParams.set(name, value)
  return copy
}

async function signsIn(world, page, checks) {
  const { answer, asked } = await authorize(world, page)
  checks.same('the answer names its issuer', answer.searchParams.get('iss'), world.input.issuer)
  const tokens = await redeem(world, { answer, asked })
  checks.same('token type', tokens.token_type.toLowerCase(), 'bearer')
  checks.that('refresh token issued', typeof tokens.refresh_token === 'string')
  checks.that(
    'access token has a bounded life',
    tokens.expires_in > 0 && tokens.expires_in <= 3600,
    tokens.expires_in,
  )
  const { issuer, jwks_uri } = world.config.serverMetadata()
  world.keys = jose.createRemoteJWKSet(new URL(jwks_uri))
  const { payload } = await jose.jwtVerify(tokens.id_token, world.keys, {
    issuer,
    audience: world.input.clientId,
    requiredClaims: ['sub', 'iat', 'exp', 'nonce'],
    algorithms: world.config.serverMetadata().id_token_signing_alg_values_supported,
  })
  checks.same('ID token: verified by jose, nonce kept', payload.nonce, asked.expectedNonce)
  if (payload.at_hash !== undefined) {
    const half = createHash('sha256')
      .update(tokens.access_token)
      .digest()
      .subarray(0, 16)
      .toString('base64url')
    checks.same('ID token: at_hash', payload.at_hash, half)
  }
  if (world.input.accessToken === 'jwt') await readsAccessToken(world, tokens, checks)
  return tokens
}

/** RFC 9068, and the claims that place a token in its tenant. */
async function readsAccessToken(world, tokens, checks) {
  const { payload, protectedHeader } = await jose.jwtVerify(tokens.access_token, world.keys, {
    issuer: world.input.issuer,
    audience: world.input.audience ?? world.input.clientId,
    typ: 'at+jwt',
    requiredClaims: [
      'sub',
      'client_id',
      'iat',
      'exp',
      'jti',
      'scope',
      'tid',
      'org_id',
      'roles',
      'permissions',
      'sid',
      'auth_time',
      'acr',
      'amr',
    ],
  })
  checks.same('access token: client', payload.client_id, world.input.clientId)
  checks.same('access token: one tenant', payload.tid, payload.org_id)
  checks.that('access token: tenant by its public id', /^tnt_[0-9a-z]{26}$/.test(payload.tid), payload.tid)
  checks.that(
    'access token: scopes as asked',
    SCOPE.split(' ').every((scope) => payload.scope.split(' ').includes(scope)),
    payload.scope,
  )
  checks.that('access token: key named', typeof protectedHeader.kid === 'string')
}

async function refreshesAndAsks(world, tokens, checks) {
  const { sub } = tokens.claims()
  const renewed = await oidc.refreshTokenGrant(world.config, tokens.refresh_token)
  checks.that(
    'refresh rotates',
    renewed.refresh_token !== tokens.refresh_token && renewed.access_token !== tokens.access_token,
  )
  if (renewed.id_token) checks.same('refresh keeps the person', renewed.claims().sub, sub)
  const person = await oidc.fetchUserInfo(world.config, renewed.access_token, sub)
  checks.same('userinfo: address', person.email, world.input.username)
  checks.same('userinfo: address verified', person.email_verified, true)
  await checks.refuses(
    'client refuses userinfo of another person',
    () => oidc.fetchUserInfo(world.config, renewed.access_token, `${sub}x`),
    code('OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED'),
  )
  await checks.refuses(
    'provider refuses a broken access token',
    () => oidc.fetchUserInfo(world.config, `${renewed.access_token.slice(0, -6)}AAAAAA`, sub),
    (error) => (error.status ?? error.cause?.status ?? error.response?.status) === 401,
  )
}

async function clientRefuses(world, page, checks) {
  const first = await authorize(world, page)
  const at = (answer, asked) => () => redeem(world, { answer, asked: { ...first.asked, ...asked } })
  await checks.refuses(
    'client refuses another state',
    at(first.answer, { expectedState: 'another' }),
    code('OAUTH_INVALID_RESPONSE'),
  )
  await checks.refuses(
    'client refuses another issuer in the answer',
    at(altered(first.answer, 'iss', 'https://mallory.test'), {}),
    code('OAUTH_INVALID_RESPONSE'),
  )
  const unnamed = altered(first.answer, 'iss', '')
  unnamed.searchParams.delete('iss')
  await checks.refuses(
    'client refuses an answer without issuer',
    at(unnamed, {}),
    code('OAUTH_INVALID_RESPONSE'),
  )
  await checks.refuses(
    'provider refuses another verifier',
    at(first.answer, { pkceCodeVerifier: oidc.randomPKCECodeVerifier() }),
    says('invalid_grant'),
  )
  await checks.refuses(
    'client refuses another nonce',
    async () => {
      const { answer, asked } = await authorize(world, page)
      await redeem(world, { answer, asked: { ...asked, expectedNonce: 'another' } })
    },
    code('OAUTH_JWT_CLAIM_COMPARISON_FAILED'),
  )
  for (const [name, alter] of Object.entries(FORGERIES)) {
    await checks.refuses(
      `client refuses an ID token ${name}`,
      async () => {
        const answered = await authorize(world, page)
        await redeem({ ...world, config: await forging(world.input, alter) }, answered)
      },
      (error) => /signature|alg|header/i.test(`${error.message} ${cause(error).message}`),
    )
  }
}

/** Ways to change an ID token on its way to the client. */
const FORGERIES = {
  'with a changed claim': ([header, payload, signature]) => [
    header,
    encode({ ...decode(payload), email: 'mallory@acme.test' }),
    signature,
  ],
  'with a changed signature': ([header, payload, signature]) => [
    header,
    payload,
    (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1),
  ],
  'with alg none': ([header, payload]) => [encode({ ...decode(header), alg: 'none' }), payload, ''],
}

async function forging(input, alter) {
  const config = await party(input)
  config[oidc.customFetch] = async (url, options) => {
    const response = await fetch(url, options)
    if (url !== config.serverMetadata().token_endpoint) return response
    const body = await response.json()
    body.id_token = alter(body.id_token.split('.')).join('.')
    return new Response(JSON.stringify(body), {
      status: response.status,
      headers: { 'content-type': 'application/json' },
    })
  }
  return config
}

/** A code used twice is worth nothing, and takes with it what its first use gave. */
async function providerRefusesReplayedCode(world, page, checks) {
  const answered = await authorize(world, page)
  const tokens = await redeem(world, answered)
  await checks.refuses(
    'provider refuses a replayed code',
    () => redeem(world, answered),
    says('invalid_grant'),
  )
  await checks.refuses(
    'a replayed code ends its tokens',
    () => oidc.refreshTokenGrant(world.config, tokens.refresh_token),
    says('invalid_grant'),
  )
}

/** A rotated-out refresh token, after the grace that races are given, ends the family. */
async function providerRefusesReplayedRefresh(world, page, checks) {
  const tokens = await redeem(world, await authorize(world, page))
  const renewed = await oidc.refreshTokenGrant(world.config, tokens.refresh_token)
  await new Promise((resolve) => setTimeout(resolve, world.input.refreshGraceMs ?? 0))
  await checks.refuses(
    'provider refuses a rotated-out refresh token',
    () => oidc.refreshTokenGrant(world.config, tokens.refresh_token),
    says('invalid_grant'),
  )
  await checks.refuses(
    'its replay ends the family',
    () => oidc.refreshTokenGrant(world.config, renewed.refresh_token),
    says('invalid_grant'),
  )
}

async function signsOut(world, page, tokens, checks) {
  const silent = { prompt: 'none' }
  checks.that(
    'a live session answers prompt=none',
    (await authorize(world, page, silent)).answer.searchParams.has('code'),
  )
  const state = oidc.randomState()
  const back = `${world.app.origin}/logged-out`
  await page.goto(
    oidc.buildEndSessionUrl(world.config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: back,
      state,
    }).href,
  )
  if (!page.url().startsWith(back)) await world.driver.confirmSignOut(page)
  await page.waitForURL((url) => url.href.startsWith(back))
  checks.same(
    'sign-out returns to the app with its state',
    new URL(page.url()).searchParams.get('state'),
    state,
  )
  const ended = await authorize(world, page, silent)
  await checks.refuses('the session has ended', () => redeem(world, ended), says('login_required'))
}

await run(async (input, checks) => {
  const config = await party(input)
  checks.same('discovery names its issuer', config.serverMetadata().issuer, input.issuer)
  const app = await listen()
  const world = { input, config, app, driver: DRIVERS[input.driver ?? 'gatehouse'] }
  const tokens = await withChromium(input.chromium, async (browser) => {
    const page = async () => (await freshContext(browser)).newPage()
    const [main, replay, rotation] = [await page(), await page(), await page()]
    const tokens = await signsIn(world, main, checks)
    await refreshesAndAsks(world, tokens, checks)
    await clientRefuses(world, main, checks)
    await signsOut(world, main, tokens, checks)
    await providerRefusesReplayedCode(world, replay, checks)
    await providerRefusesReplayedRefresh(world, rotation, checks)
    return tokens
  })
  app.close()
  const { version } = JSON.parse(
    readFileSync(new URL('../node_modules/openid-client/package.json', import.meta.url)),
  )
  return { client: `openid-client ${version}`, sub: tokens.claims().sub }
})
