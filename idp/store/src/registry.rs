//! Every table, its class, and exactly who may do what with it. The start-up check and the catalogue test hold the database
//! against this list.

/// What kind of rows a table holds, which decides its row security.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The platform's: no row security that distinguishes rows.
    Directory,
    /// A tenant's rows, seen under the tenant's scope.
    Tenant,
    /// A person's rows, seen under the identity's scope.
    Identity,
    /// A copy that a person may read, kept by a trigger.
    Mirror,
    /// What exists before a scope does: functions only.
    Flow,
    /// Throttles: functions only.
    Counter,
    /// The work queue: functions only.
    Job,
    /// The event log.
    Event,
    /// A partition of the event log: nobody's.
    Partition,
}

/// A table and the grants on it, written `role PRIVILEGE` or `role PRIVILEGE(columns)`.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Schema and name.
    pub name: &'static str,
    /// Its class.
    pub class: Class,
    /// What is granted, the export role's SELECT apart, which every table has.
    pub grants: &'static [&'static str],
}

/// The class of a table, or `None` if nobody has registered it.
pub fn class_of(name: &str) -> Option<Class> {
    if name.starts_with("audit.events_") {
        return Some(Class::Partition);
    }
    TABLES.iter().find(|table| table.name == name).map(|table| table.class)
}

/// The schemas that are ours.
pub const SCHEMAS: [&str; 4] = ["gatehouse", "directory", "cell", "audit"];

macro_rules! tables {
    ($($class:ident $name:literal [$($grant:literal),* $(,)?];)+) => {
        &[$(Table { name: $name, class: Class::$class, grants: &[$($grant),*] }),+]
    };
}

/// The list.
pub const TABLES: &[Table] = tables! {
    Directory "gatehouse.migrations" ["gatehouse_app SELECT"];
    Directory "directory.cells" ["gatehouse_app SELECT"];
    Directory "directory.tenants" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
    Directory "directory.hostnames" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
    Directory "directory.domains" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
    Directory "directory.apps" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app UPDATE(config,epoch,name,status)"];
    Directory "directory.app_secrets" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE", "gatehouse_app UPDATE(expires_at)"];
    Directory "directory.resources" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE", "gatehouse_app UPDATE(config)"];
    Directory "directory.data_keys" ["gatehouse_app SELECT", "gatehouse_app INSERT"];
    Directory "directory.signing_keys" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app UPDATE(current_at,gone_at,retired_at,state)"];
    Directory "directory.providers" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app UPDATE(epoch,settings,status)"];
    Directory "directory.provider_secrets" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
    Directory "directory.client_assertions" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
    Directory "directory.revoked_tokens" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
    Tenant "cell.tenants" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app UPDATE(branding,epoch,name,policy,status)"];
    Tenant "cell.domains" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE",
        "gatehouse_app UPDATE(challenge,checked_at,evidence,state,verified_at)",
        "gatehouse_lookup SELECT(challenge,checked_at,evidence,id,name,state,tenant_id,verified_at)"];
    Tenant "cell.connections" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE",
        "gatehouse_app UPDATE(epoch,settings,status)"];
    Tenant "cell.connection_secrets" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
    Tenant "cell.connection_links" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE", "gatehouse_app UPDATE(last_used_at)"];
    Tenant "cell.saml_replays" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
    Tenant "cell.upstream_sessions" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE",
        "gatehouse_app UPDATE(expires_at,link_id,upstream)"];
    Mirror "cell.linked_connections" [
        "gatehouse_app SELECT", "gatehouse_lookup SELECT", "gatehouse_lookup INSERT", "gatehouse_lookup DELETE"];
    Identity "cell.provider_links" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE", "gatehouse_app UPDATE(last_used_at)",
        "gatehouse_lookup SELECT"];
    Tenant "cell.data_keys" ["gatehouse_app SELECT", "gatehouse_app INSERT"];
    Tenant "cell.signing_keys" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app UPDATE(current_at,gone_at,retired_at,state)"];
    Tenant "cell.apps" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app UPDATE(config,epoch,name,status)"];
    Tenant "cell.app_secrets" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE", "gatehouse_app UPDATE(expires_at)"];
    Tenant "cell.resources" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE", "gatehouse_app UPDATE(config)"];
    Tenant "cell.entitlements" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
    Tenant "cell.members" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app UPDATE(asserted_address,contact_address,epoch,login_address,name,roles,status)"];
    Tenant "cell.invitations" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE",
        "gatehouse_app UPDATE(closed_at,closed_by,digest,expires_at,sent_at,state)",
        "gatehouse_lookup SELECT(address,expires_at,id,state,tenant_id)"];
    Tenant "cell.consents" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE",
        "gatehouse_app UPDATE(granted_at,resources,scopes)"];
    Tenant "cell.codes" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE", "gatehouse_app UPDATE(used_at)"];
    Tenant "cell.grants" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE",
        "gatehouse_app UPDATE(current_digest,current_sealed,generation,idle_end,previous_digest,revoked_at,revoked_reason,rotated_at)",
        "gatehouse_lookup SELECT(absolute_end,revoked_at,session_id,tenant_id)"];
    Tenant "cell.revoked_tokens" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
    Tenant "cell.client_assertions" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
    Identity "cell.identities" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app UPDATE(delete_at,epoch,locale,name,status)",
        "gatehouse_lookup SELECT(delete_at,identity_id,locale,name,status)"];
    Identity "cell.addresses" [
        "gatehouse_app SELECT", "gatehouse_lookup SELECT", "gatehouse_lookup INSERT",
        "gatehouse_lookup UPDATE(accepted,address,is_primary,moved_at,refusals,refused_at,refused_since,state,typed,verified_at)"];
    Identity "cell.address_evidence" [
        "gatehouse_app SELECT", "gatehouse_lookup SELECT", "gatehouse_lookup INSERT",
        "gatehouse_lookup UPDATE(address,details,typed)"];
    Identity "cell.credentials" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE",
        "gatehouse_app UPDATE(changed_at,last_used_at,secret)", "gatehouse_lookup SELECT(foreign_kib,foreign_shape)"];
    Identity "cell.sessions" [
        "gatehouse_app SELECT", "gatehouse_app INSERT",
        "gatehouse_app UPDATE(absolute_end,acr,amr,auth_time,credential_id,device,ended_at,ended_reason,entered,idle_end,last_seen_at,network)",
        "gatehouse_lookup DELETE", "gatehouse_lookup SELECT(absolute_end,ended_at,entered,id,identity_id)"];
    Mirror "cell.memberships" [
        "gatehouse_app SELECT", "gatehouse_lookup SELECT", "gatehouse_lookup INSERT",
        "gatehouse_lookup UPDATE(epoch,member_id,roles,status)"];
    Flow "cell.mailbox_proofs" [
        "gatehouse_lookup SELECT", "gatehouse_lookup INSERT", "gatehouse_lookup DELETE",
        "gatehouse_lookup UPDATE(attempts,expires_at,proven_at,spent_at)"];
    Flow "cell.released_addresses" [
        "gatehouse_lookup SELECT", "gatehouse_lookup INSERT", "gatehouse_lookup DELETE",
        "gatehouse_lookup UPDATE(free_at)"];
    Flow "cell.undos" [
        "gatehouse_lookup SELECT", "gatehouse_lookup INSERT", "gatehouse_lookup DELETE",
        "gatehouse_lookup UPDATE(used_at)"];
    Flow "cell.browsers" [
        "gatehouse_lookup SELECT", "gatehouse_lookup INSERT", "gatehouse_lookup DELETE",
        "gatehouse_lookup UPDATE(digest,expires_at,seen_at)"];
    Flow "cell.browser_sessions" ["gatehouse_lookup SELECT", "gatehouse_lookup INSERT", "gatehouse_lookup DELETE"];
    Flow "cell.browser_marks" [
        "gatehouse_lookup SELECT", "gatehouse_lookup INSERT", "gatehouse_lookup DELETE",
        "gatehouse_lookup UPDATE(identity_id,used_at)"];
    Flow "cell.flows" [
        "gatehouse_lookup SELECT", "gatehouse_lookup INSERT", "gatehouse_lookup DELETE",
        "gatehouse_lookup UPDATE(expires_at,finished_at,outcome,revision,state,tenant_id)"];
    Counter "cell.counters" [
        "gatehouse_lookup SELECT", "gatehouse_lookup INSERT", "gatehouse_lookup DELETE", "gatehouse_lookup UPDATE(count)"];
    Job "cell.jobs" [
        "gatehouse_lookup SELECT", "gatehouse_lookup INSERT", "gatehouse_lookup DELETE",
        "gatehouse_lookup UPDATE(attempts,last_error,locked_until,run_at,state,waited)"];
    Job "cell.mails" [
        "gatehouse_lookup SELECT", "gatehouse_lookup INSERT", "gatehouse_lookup DELETE",
        "gatehouse_lookup UPDATE(ended_at,last_error,sealed,sent_at,state)"];
    Tenant "cell.mail_senders" [
        "gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE",
        "gatehouse_app UPDATE(changed_at,config,id,sealed)"];
    Event "audit.events" [
        "gatehouse_app SELECT", "gatehouse_sealer SELECT", "gatehouse_audit INSERT", "gatehouse_retention SELECT",
        "gatehouse_retention DELETE"];
    Event "audit.pending" ["gatehouse_audit INSERT", "gatehouse_sealer SELECT", "gatehouse_sealer DELETE"];
    Event "audit.leaves" ["gatehouse_app SELECT", "gatehouse_sealer SELECT", "gatehouse_sealer INSERT"];
    Event "audit.subject_keys" ["gatehouse_app SELECT", "gatehouse_app INSERT", "gatehouse_app DELETE"];
};
