//! Journeys that a letter is part of, in real Chromium with a real mail server, with script and without.

use serde_json::json;

use super::script::Found;
use super::{inspected, walk_in};
use crate::mail::server::MailServer;

/// Who is invited, for the way with script and the one without.
const INVITING: &str = "
version: 1
tenants:
  - slug: acme
    name: Acme
    invitations: [{ email: ada.invited@new.example, role: auditor }, { email: ada.invited.plain@new.example, role: auditor }]
";

/// The mail server puts the letters where the script reads them. Every limit is at its default.
async fn walk(journeys: &[&str]) -> Found {
    let letters = tempfile::tempdir().unwrap();
    let folder = letters.path().to_str().unwrap();
    let server = MailServer::with(&["--folder", folder]).await;
    let world = server.world(&[]).await;
    world.new_window(3600);
    if journeys.contains(&"invited") {
        world.apply(INVITING).await;
    }
    let found = walk_in(&world, journeys, json!({ "letters": folder })).await;
    found.held("a letter is well made");
    found.held("both halves of a letter have the same links");
    found.held("a letter leads to us alone");
    found.held("a scanner is nobody");
    found.held("a scanner sends no mail");
    found
}

/// What a journey must have shown, with script and without.
fn both_ways(found: &Found, journey: &str, checks: &[&str]) {
    for way in ["with script", "without script"] {
        for check in checks {
            found.held(&format!("{journey} {way}: {check}"));
        }
    }
}

#[tokio::test]
async fn an_app_sends_a_stranger_who_comes_back_with_an_account() {
    let found = walk(&["sign_up_from_app"]).await;
    both_ways(
        &found,
        "sign_up",
        &["a wrong code", "a short password is explained", "nobody yet", "tokens", "it is proven"],
    );
    found.held("a scanner gets nothing to go on with");
    for page in ["signup", "signup-code", "signup-code-wrong", "signup-details", "signup-details-short"] {
        inspected(&found, page);
    }
}

#[tokio::test]
async fn a_mailed_link_serves_only_where_it_was_asked_for() {
    let found = walk(&["sign_up_by_link", "sign_up_known"]).await;
    both_ways(
        &found,
        "sign_up_by_link",
        &[
            "elsewhere",
            "elsewhere: nobody",
            "the token left the address",
            "what comes next",
            "an organisation of their own",
            "on to the account",
            "there again",
            "the home page knows them",
            "the link is spent",
        ],
    );
    both_ways(
        &found,
        "sign_up_known",
        &["the same page", "the mail says it", "no code", "a link to sign in", "a link to a new password"],
    );
    for page in ["link-elsewhere", "signup-link", "welcome"] {
        inspected(&found, page);
    }
    found.held("welcome by keyboard: Tab reaches all");
}

#[tokio::test]
async fn an_account_is_made_by_keyboard_and_in_other_languages() {
    let found = walk(&["sign_up_by_keyboard", "sign_up_in_other_words"]).await;
    both_ways(&found, "sign_up_by_keyboard", &["a short password", "tokens"]);
    for page in ["address", "code", "name"] {
        found.held(&format!("{page} by keyboard: Tab reaches all"));
        found.held(&format!("{page} by keyboard: the focus shows"));
    }
    both_ways(
        &found,
        "sign_up_in_other_words",
        &[
            "the subject speaks de",
            "the subject speaks ja",
            "the person speaks de",
            "the person speaks ja",
            "tokens in ja",
        ],
    );
    found.held("no sideways scrolling: signup-code-de, light, 320 px");
    found.held("axe: signup-details-ja, dark, 320 px");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_other_browsers_are_signed_out() {
    let found = walk(&["recovery", "too_many_mails"]).await;
    both_ways(
        &found,
        "recovery",
        &[
            "the address is kept",
            "the notice",
            "the old session has ended",
            "the old password is wrong",
            "back at the app",
        ],
    );
    both_ways(&found, "too_many_mails", &["the sixth is refused", "says when", "in words", "no sixth mail"]);
    for page in
        ["recovery", "recovery-code", "recovery-password", "recovery-password-weak", "recovery-renewed"]
    {
        inspected(&found, page);
    }
    inspected(&found, "mail-throttled");
}

#[tokio::test]
async fn a_main_address_changes_and_changes_back() {
    let found = walk(&["change_of_address"]).await;
    both_ways(
        &found,
        "change_of_address",
        &[
            "the early notice",
            "the new one is the main one",
            "the token left the address",
            "looking changes nothing",
            "everybody is signed out",
            "the link is spent",
        ],
    );
    for page in ["account", "account-addresses", "account-undo", "account-undone"] {
        inspected(&found, page);
    }
    found.held("account by keyboard: Tab reaches all");
}

#[tokio::test]
async fn a_person_takes_everything_along_and_changes_their_mind() {
    let found = walk(&["leaving_for_good"]).await;
    both_ways(
        &found,
        "leaving_for_good",
        &[
            "the copy has the address",
            "the copy has no secret",
            "the account says until when",
            "all goes on until then",
            "looking keeps nothing",
            "the account is kept",
            "it is told: deletion.cancelled",
        ],
    );
    for page in [
        "account-data",
        "account-deletion",
        "account-ending",
        "account-keep",
        "account-kept",
        "account-activity",
    ] {
        inspected(&found, page);
    }
}

#[tokio::test]
async fn an_invitation_leads_to_an_account_that_is_a_member() {
    let found = walk(&["invited"]).await;
    both_ways(&found, "invited", &["the token left the address", "a member", "the link is spent"]);
    for page in ["invitation", "invitation-joined"] {
        inspected(&found, page);
    }
    found.held("invitation by keyboard: Tab reaches all");
}
