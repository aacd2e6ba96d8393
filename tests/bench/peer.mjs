// The peer that `make bench` measures beside Gatehouse: npm oidc-provider, set up to do the same work.
//
// Fair to the peer: everything in memory, no audit, no password hash, no page: its login interaction is finished at
// once. The adapter below has no limit, because the one that comes with oidc-provider forgets entries after 1,000.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const resource = 'urn:bench:api';
const redirect = 'https://app.bench.test/callback';

const rows = new Map();
const grants = new Map();
const uids = new Map();

class Memory {
  constructor(name) {
    this.name = name;
  }

  key(id) {
    return `${this.name}:${id}`;
  }

  async upsert(id, payload) {
    const key = this.key(id);
    rows.set(key, payload);
    if (payload.uid && this.name === 'Session') uids.set(payload.uid, id);
    if (payload.grantId && this.name !== 'Session') {
      const keys = grants.get(payload.grantId);
      if (keys) keys.push(key);
      else grants.set(payload.grantId, [key]);
    }
  }

  async find(id) {
    return rows.get(this.key(id));
  }

  async findByUid(uid) {
    return rows.get(this.key(uids.get(uid)));
  }

  async findByUserCode() {
    return undefined;
  }

  async consume(id) {
    rows.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    rows.delete(this.key(id));
  }

  async revokeByGrantId(grantId) {
    for (const key of grants.get(grantId) ?? []) rows.delete(key);
    grants.delete(grantId);
  }
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const provider = new Provider(issuer, {
  adapter: Memory,
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: 'ES256' }] },
  cookies: { keys: ['a key for cookies that nobody needs to guess'] },
  clients: [
    {
      client_id: 'svc',
      client_secret: 'gatehouse-bench-service-secret-000000',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      id_token_signed_response_alg: 'ES256',
    },
    {
      client_id: 'web',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [redirect],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: 'A Person', email: 'person1@bench.test', email_verified: true }),
  }),
  // One grant for each code, as with Gatehouse: a replayed refresh token ends its own family and no other.
  async loadExistingGrant(ctx) {
    const { client, session } = ctx.oidc;
    const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: async () => false,
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 600, AuthorizationCode: 60, ClientCredentials: 600, Grant: 86_400, IdToken: 600,
    Interaction: 600, RefreshToken: 86_400, Session: 86_400,
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: async () => true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => undefined,
      getResourceServerInfo: async () => ({
        scope: 'api', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

const serve = provider.callback();

async function interaction(req, res) {
  const { prompt } = await provider.interactionDetails(req, res);
  if (prompt.name !== 'login') throw new Error(`unexpected prompt ${prompt.name}`);
  await provider.interactionFinished(req, res, { login: { accountId: 'person1' } }, { mergeWithLastSubmission: false });
}

const server = createServer((req, res) => {
  if (!req.url.startsWith('/interaction/')) return serve(req, res);
  return interaction(req, res).catch((error) => {
    res.statusCode = 500;
    res.end(String(error));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
