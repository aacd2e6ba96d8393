// npm oidc-provider on a loopback port: the same clients are run against it, so that a failure of theirs can be told
// apart from one of ours, and it is the "foreign issuer" whose tokens must be refused.
//
// Argument: {"port": N, "clientId": "…", "resource": "…"}.
// Prints {"issuer": …} when it listens; ends with its input.
import { createServer } from 'node:http'

import { exportJWK, generateKeyPair } from 'jose'
import { interactionPolicy, Provider } from 'oidc-provider'

const { port = 0, clientId = 'demo-web', resource = 'urn:suite:api' } = JSON.parse(process.argv[2] ?? '{}')

// Keys of its own in each process: the package's development keys are the same everywhere.
const key = async (alg) => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `${alg}-${process.pid}` }
}

const web = {
  client_id: clientId,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  id_token_signed_response_alg: 'ES256',
  redirect_uris: ['http://127.0.0.1/callback'],
  post_logout_redirect_uris: ['http://127.0.0.1/logged-out'],
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token'],
}

// A client on a loopback port counts as native, and would be asked for consent each time, silent requests too.
const policy = interactionPolicy.base()
policy.get('consent').checks.remove('native_client_prompt')

const service = {
  client_id: 'demo-service',
  client_secret: 'demo-service-secret',
  id_token_signed_response_alg: 'ES256',
  redirect_uris: [],
  response_types: [],
  grant_types: ['client_credentials'],
}

const settings = {
  interactions: { policy },
  clients: [web, service],
  jwks: { keys: [await key('ES256'), await key('RS256')] },
  cookies: { keys: ['loopback only'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  clientBasedCORS: (_, origin) => URL.canParse(origin) && new URL(origin).hostname === '127.0.0.1',
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: true, name: id }),
  }),
  issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => false,
      getResourceServerInfo: () => ({
        scope: 'read',
        audience: resource,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
}

// The issuer names its port, so the port is found first.
const server = createServer((request, response) => handle(request, response))
await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`
const handle = new Provider(issuer, settings).callback()
process.stdout.write(`${JSON.stringify({ issuer })}\n`)
process.stdin.resume().on('end', () => process.exit(0))
