//! A new account in one transaction: person, proven address, password, membership, and their events.

use gatehouse_domain::audit::{Actor, Concerned, Event, Record, What};
use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::{ClaimedBy, EmailAddress, ProofPurpose, ProvenBy};
use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::ids::{AddressId, CredentialId, IdentityId, MemberId, TenantId, uuid_v7};
use gatehouse_domain::tenant::DisplayName;
use gatehouse_pages::Locale;
use gatehouse_store::addresses::{self, Claim, Proved};
use gatehouse_store::members::{self, Member};
use gatehouse_store::proofs::ProofKey;
use gatehouse_store::{Insertion, Scope, Trail, WriteTx, identities};
use serde_json::json;

use super::personal::Personal;
use crate::invitations::ByInvitation;
use crate::login::{Loaded, Stop};
use crate::mailbox::Owned;
use crate::{Ctx, Fault, Idp, Issuer};

/// An account that is about to be made.
pub(super) struct Draft {
    pub(super) identity: IdentityId,
    pub(super) claim: AddressId,
    pub(super) credential: CredentialId,
    pub(super) address: EmailAddress,
    pub(super) name: DisplayName,
    /// The language of the pages, which becomes the person's.
    pub(super) locale: Locale,
    pub(super) record: PasswordRecord,
    pub(super) proof: ProofKey,
    pub(super) mark: [u8; 32],
    pub(super) invitation: Option<ByInvitation>,
}

/// What the account comes with.
struct Comes {
    personal: Option<Personal>,
    member: Option<Member>,
    scope: Scope,
}

impl Idp {
    /// Makes the account, if the mailbox is proven and the address still nobody's.
    pub(super) async fn make_account(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        flow: &Loaded,
        draft: &Draft,
    ) -> Result<Proved, Stop> {
        let comes = self.comes(cx, issuer, flow, draft).await?;
        let tenant = issuer.tenant_id().or(comes.personal.as_ref().map(Personal::id));
        let mut records = self.account_records(cx, draft, tenant.zip(comes.member.as_ref())).await?;
        if let Some(personal) = &comes.personal {
            records.push(self.record(personal.created(self))?);
        }
        let mut tx = self.pool()?.write(comes.scope, "sign_up").await?;
        let made = self.write_account(cx, &mut tx, draft, &comes).await;
        if matches!(made, Ok(Proved::Verified(_))) {
            tx.commit(Trail::of(records)).await?;
            self.job_bell.notify_one();
        } else {
            drop(tx);
            if let Some(personal) = &comes.personal {
                self.release_unused(cx, personal).await?;
            }
        }
        made
    }

    /// What the account comes with: at the platform a tenant of its own, at a tenant a membership.
    async fn comes(&self, cx: &Ctx, issuer: &Issuer, flow: &Loaded, draft: &Draft) -> Result<Comes, Stop> {
        let personal = match issuer.tenant_id() {
            None if self.settings.sign_up.personal_tenant => {
                let known = self.app_of(issuer, &flow.state).await?;
                let app = known.filter(|known| known.app.config.personal_tenants).map(|known| known.app.id);
                Some(self.reserve_personal(cx, &draft.name, app).await?)
            }
            _ => None,
        };
        let tenant = issuer.tenant_id().or(personal.as_ref().map(Personal::id));
        let member = tenant.map(|_| Member {
            id: MemberId::mint(cx.now, self.rng.as_ref()),
            identity: draft.identity,
            status: MemberStatus::Active,
            roles: vec![match draft.invitation {
                Some(invitation) => invitation.role,
                None if personal.is_some() => Role::Owner,
                None => Role::Member,
            }],
            login_address: None,
            name: Some(draft.name.to_string()),
            epoch: 1,
        });
        let scope = match tenant {
            Some(tenant) => Scope::both(tenant, draft.identity),
            None => Scope::identity(draft.identity),
        };
        Ok(Comes { personal, member, scope })
    }

    async fn write_account(
        &self,
        cx: &Ctx,
        tx: &mut WriteTx,
        draft: &Draft,
        comes: &Comes,
    ) -> Result<Proved, Stop> {
        let details = json!({ "request": cx.request });
        let claim = Claim {
            id: draft.claim,
            address: &draft.address,
            by: ClaimedBy::Typed,
            evidence: uuid_v7(cx.now, self.rng.as_ref()),
            details: &details,
        };
        let owned = Owned {
            claim: draft.claim,
            address: &draft.address,
            proof: draft.proof,
            purpose: ProofPurpose::SignUp,
            mark: draft.mark,
        };
        let new = identities::insert(tx, Some(draft.name.as_str()), Some(draft.locale.tag()), cx.now);
        if new.await? != Insertion::Done || addresses::claim(tx, &claim, cx.now).await? != Insertion::Done {
            return Err(Stop::Fault(Fault::Inconsistent("identity")));
        }
        let proved = self.verify_address(cx, tx, &owned).await?;
        if !matches!(proved, Proved::Verified(_)) {
            return Ok(proved);
        }
        if let Some(invitation) = draft.invitation
            && !invitation.accept(tx, draft.identity, cx.now).await?
        {
            return Err(Stop::InvitationGone);
        }
        identities::put_password(tx, draft.credential, &draft.record, cx.now).await?;
        if let Some(personal) = &comes.personal {
            personal.make(tx, cx.now).await?;
        }
        if let Some(member) = &comes.member
            && members::insert(tx, member, cx.now).await? != Insertion::Done
        {
            return Err(Stop::Fault(Fault::Inconsistent("member")));
        }
        Ok(proved)
    }

    async fn account_records(
        &self,
        cx: &Ctx,
        draft: &Draft,
        joined: Option<(TenantId, &Member)>,
    ) -> Result<Vec<Record>, Fault> {
        let identity = draft.identity;
        let mut facts = vec![
            (None, What::IdentityCreated(Concerned { identity })),
            (None, What::EmailClaimed { identity, by: ClaimedBy::Typed }),
            (None, What::EmailVerified { identity, method: ProvenBy::Mailbox }),
            (None, What::CredentialChanged { identity, credential: draft.credential, method: "password" }),
        ];
        facts.extend(joined.map(|(tenant, member)| {
            let what = What::MemberChanged {
                tenant,
                member: member.id,
                identity,
                status: member.status,
                roles: member.roles.clone(),
            };
            (Some(tenant), what)
        }));
        facts.extend(joined.zip(draft.invitation).map(|((tenant, _), by)| {
            let what = What::InvitationAccepted { invitation: by.id, identity, role: by.role };
            (Some(tenant), what)
        }));
        let mut records = Vec::new();
        for (tenant, what) in facts {
            let actor = Actor::Identity { identity, session: None };
            let event = Event {
                subject: Some(identity),
                personal: Some(Self::personal(cx, Some(&draft.address.canonical()))),
                ..self.event(cx, actor, tenant, what)
            };
            records.extend(self.personal_records(event).await?);
        }
        Ok(records)
    }
}
