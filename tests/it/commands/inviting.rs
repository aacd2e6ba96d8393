//! `gatehouse invitation`, and the links that `apply` shows.

use serde_json::Value;

use super::installation::Installation;
use super::program::{refusal, said};

const WORLD: &str = "version: 1
tenants:
  - slug: acme
    name: Acme
    invitations: [{ email: Ada@else.example, role: owner }]
";

#[tokio::test]
async fn invitations_are_listed_sent_again_and_taken_back() {
    let installation = Installation::migrated("inviting").await;
    installation.write("world.yaml", WORLD);
    let first = said(&installation.run(&["apply", "world.yaml"], &[]).await);
    assert!(
        first.contains("no mail server is configured: 1 invited") && !first.contains("gh_ml_"),
        "{first}"
    );

    let tenant = ["--tenant", "acme", "--json"];
    let json = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    let list = json(said(&installation.run(&[&["invitation", "list"], &tenant[..]].concat(), &[]).await));
    let id = list[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&list[0]["email"], &list[0]["role"]),
        (&"Ada@else.example".into(), &"owner".into()),
        "{list}"
    );
    assert_eq!(list[0]["state"], "pending");

    let quiet = said(&installation.run(&["invitation", "resend", &id, "--tenant", "acme"], &[]).await);
    assert!(quiet.contains("--show-link") && !quiet.contains("gh_ml_"), "{quiet}");
    let resend = ["invitation", "resend", "ada@else.example", "--show-link"];
    let shown = json(said(&installation.run(&[&resend, &tenant[..]].concat(), &[]).await));
    assert_eq!(shown["id"], id.as_str());
    let link = shown["link"].as_str().unwrap();
    assert!(link.starts_with("https://id.example.test/t/acme/invitations/gh_ml_"), "{link}");

    let revoke = ["invitation", "revoke", "ada@else.example", "--tenant", "acme"];
    assert_eq!(said(&installation.run(&revoke, &[]).await), format!("{id} is revoked.\n"));
    let gone = refusal(&installation.run(&revoke, &[]).await);
    assert!(gone.contains("no invitation that waits for an answer"), "{gone}");
    let nobody = refusal(&installation.run(&["invitation", "list", "--tenant", "nobody"], &[]).await);
    assert!(nobody.contains("there is no tenant \"nobody\""), "{nobody}");
    let unclear = refusal(&installation.run(&["invitation", "revoke", "ada", "--tenant", "acme"], &[]).await);
    assert!(unclear.contains("neither an invitation's id nor an address"), "{unclear}");

    // The file names the address still, so it is invited anew; the link is shown to whoever asks for it.
    let anew = json(said(&installation.run(&["apply", "world.yaml", "--show-link", "--json"], &[]).await));
    assert!(anew["links"][0]["link"].as_str().unwrap().contains("/t/acme/invitations/gh_ml_"), "{anew}");
}
