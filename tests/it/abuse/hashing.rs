//! A flood of password posts: a bounded queue, a quick no for what does not fit, and everything else goes on (DOS-03).

use futures_util::future::join_all;

use super::kit::{HANDLE, PATIENT, ask, csrf, sets};
use crate::support::{Agent, World};

/// Sign-ins of one browser that each wait for a password.
async fn two_hundred_flows(agent: &mut Agent, acme: &str) -> Vec<String> {
    let mut flows = vec![agent.get(&ask(acme, &[])).await.param("flow").unwrap()];
    for batch in 0..4 {
        let begin = (0..if batch == 0 { 49 } else { 50 }).map(|_| {
            let (mut agent, acme) = (agent.clone(), acme.to_owned());
            async move { agent.get(&ask(&acme, &[])).await.param("flow").unwrap() }
        });
        flows.extend(join_all(begin).await);
    }
    assert_eq!(flows.len(), 200);
    for batch in flows.chunks(25) {
        let named = batch.iter().map(|flow| {
            let (mut agent, acme) = (agent.clone(), acme.to_owned());
            async move {
                let token = csrf(&agent, &acme, flow);
                let fields = [("flow", flow.as_str()), ("csrf", &token), ("identifier", "alice@acme.test")];
                agent.post(&format!("{acme}/login/identifier"), &fields).await.status
            }
        });
        assert!(join_all(named).await.iter().all(|status| *status == 303));
    }
    flows
}

#[tokio::test]
async fn two_hundred_passwords_at_once() {
    let mut settings = vec![
        ("GATEHOUSE_PASSWORDS__THREADS", "1"),
        ("GATEHOUSE_PASSWORDS__QUEUE", "2"),
        ("GATEHOUSE_PASSWORDS__ITERATIONS", "10"),
    ];
    settings.extend_from_slice(PATIENT);
    let world = World::with(&settings).await;
    let acme = world.issuer("acme");
    let mut agent = world.agent();
    let flows = two_hundred_flows(&mut agent, &acme).await;
    let flood = join_all(flows.iter().map(|flow| {
        let (mut agent, acme) = (agent.clone(), acme.clone());
        async move {
            let token = csrf(&agent, &acme, flow);
            let fields = [("flow", flow.as_str()), ("csrf", &token), ("password", "wrong")];
            agent.post(&format!("{acme}/login/password"), &fields).await
        }
    }));
    let (mut reader, keys) = (world.agent(), format!("{acme}/.well-known/jwks.json"));
    let calm = async {
        let mut answered = 0;
        for _ in 0..20 {
            assert_eq!(reader.get(&keys).await.status, 200);
            answered += 1;
        }
        answered
    };
    let (answers, calm) = tokio::join!(flood, calm);
    assert_eq!(calm, 20);
    let busy = answers.iter().filter(|answered| answered.status == 503).count();
    for answered in &answers {
        assert!(matches!(answered.status.as_u16(), 401 | 503), "{} {}", answered.status, answered.body);
        assert!(!sets(answered, HANDLE));
        if answered.status == 503 {
            assert!(answered.headers.contains_key("retry-after"));
            assert_eq!(answered.headers["x-frame-options"], "DENY");
        }
    }
    assert!((100..200).contains(&busy), "{busy} of 200 were turned away");
    let token = csrf(&agent, &acme, &flows[0]);
    let fields = [("flow", flows[0].as_str()), ("csrf", &token), ("password", super::kit::PASSWORD)];
    assert_eq!(
        agent.post(&format!("{acme}/login/password"), &fields).await.status,
        303,
        "afterwards people sign in"
    );
}
