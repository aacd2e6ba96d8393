//! A tenant's logo comes from our own origin (rule D24): we fetch it, once for all, and serve it as the picture it is.

use std::time::Duration;

use axum::http::StatusCode;
use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use tokio::time::timeout;

use crate::support::gallery::{Exhibit, Gallery, SVG};
use crate::support::{Agent, Answered, World};

const MOST: usize = 256 * 1024;

/// Gives tenants their logos, each at its path of the gallery.
async fn hang(world: &World, gallery: &Gallery, logos: &[(&str, &str)]) {
    let tenant = |(slug, path): &(&str, &str)| {
        format!(
            "  - slug: {slug}\n    name: {slug}\n    branding: {{ logo_url: \"{}{path}\" }}\n",
            gallery.origin
        )
    };
    world.apply(&format!("version: 1\ntenants:\n{}", logos.iter().map(tenant).collect::<String>())).await;
}

/// Where the page of a tenant shows its logo from.
fn shown(page: &Answered) -> Option<String> {
    let (_, image) = page.body.split_once("<img class=\"logo\" src=\"")?;
    image.split('"').next().map(str::to_owned)
}

async fn page(world: &World, slug: &str) -> Answered {
    let page = world.agent().get(&format!("{}/", world.issuer(slug))).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

async fn logo(world: &World, slug: &str) -> Answered {
    world.agent().get(&format!("{}/logo", world.issuer(slug))).await
}

fn header<'a>(answered: &'a Answered, name: &str) -> &'a str {
    answered.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn is_absent(answered: &Answered, what: &str) {
    let told = (answered.status.as_u16(), header(answered, "cache-control"), answered.body.as_str());
    assert_eq!(told, (404, "no-store", ""), "{what}");
}

#[tokio::test]
async fn a_logo_is_served_as_what_it_is() {
    let (world, gallery) = (World::dev().await, Gallery::open().await);
    let files: [(&str, &[u8], &str); 5] = [
        ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        ("gif", b"GIF89a\x01\0\x01\0", "image/gif"),
        ("webp", b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        ("svg", SVG.as_bytes(), "image/svg+xml; charset=utf-8"),
    ];
    let logos: Vec<(&str, String)> = files.iter().map(|(name, ..)| (*name, format!("/{name}"))).collect();
    let logos: Vec<(&str, &str)> = logos.iter().map(|(slug, path)| (*slug, path.as_str())).collect();
    hang(&world, &gallery, &logos).await;
    for (name, file, kind) in files {
        gallery.show(&format!("/{name}"), Exhibit::of("text/html", file));
        let served = logo(&world, name).await;
        assert_eq!((served.status.as_u16(), header(&served, "content-type")), (200, kind));
        assert_eq!(served.body, String::from_utf8_lossy(file));
        for (header_name, value) in [
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
            ("content-disposition", "inline"),
            ("cache-control", "public, max-age=300"),
            ("cross-origin-resource-policy", "same-origin"),
            ("set-cookie", ""),
            ("access-control-allow-origin", ""),
        ] {
            assert_eq!(header(&served, header_name), value, "{name}: {header_name}");
        }
        let url = format!("{}/logo", world.issuer(name));
        let head = world.agent().send(Method::HEAD, &url, &[], None).await;
        assert_eq!(
            (head.status.as_u16(), header(&head, "content-type"), head.body.as_str()),
            (200, kind, "")
        );
        let tag = header(&served, "etag");
        let again = world.agent().send(Method::GET, &url, &[("if-none-match", tag)], None).await;
        assert_eq!((again.status.as_u16(), header(&again, "etag"), again.body.as_str()), (304, tag, ""));
        assert_eq!(gallery.asked(&format!("/{name}")).len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_page_names_its_own_origin_and_no_other() {
    let (world, gallery) = (World::dev().await, Gallery::open().await);
    gallery.show("/logo.svg", Exhibit::of("image/svg+xml", SVG));
    hang(&world, &gallery, &[("studio", "/logo.svg"), ("other", "/none.svg")]).await;
    let mut agent = world.agent();
    agent.cookies.insert("__Host-gh_pre".to_owned(), "a-secret".to_owned());
    let seen = agent.get(&format!("{}/", world.issuer("studio"))).await;
    let src = shown(&seen).unwrap();
    assert!(src.starts_with("/t/studio/logo?v="), "{src}");
    let policy = header(&seen, "content-security-policy");
    assert!(policy.contains("; img-src 'self'; "), "{policy}");
    assert!(!policy.contains(&gallery.origin) && !seen.body.contains(&gallery.origin), "{}", seen.body);
    assert_eq!(agent.get(&src).await.body, SVG);
    let [asked] = gallery.asked("/logo.svg").try_into().unwrap();
    for name in ["cookie", "referer", "origin", "authorization", "x-forwarded-for"] {
        assert!(!asked.contains_key(name), "the host hears {name}");
    }

    hang(&world, &gallery, &[("studio", "/new.svg")]).await;
    let other = shown(&page(&world, "studio").await).unwrap();
    assert_ne!(other, src, "another address has another mark, so that browsers take the new one");
}

#[tokio::test]
async fn a_tenant_shows_its_own_logo_only() {
    let (world, gallery) = (World::dev().await, Gallery::open().await);
    let other = SVG.replace("160", "80");
    gallery.show("/one.svg", Exhibit::of("image/svg+xml", SVG));
    gallery.show("/two.svg", Exhibit::of("image/svg+xml", other.as_bytes()));
    hang(&world, &gallery, &[("one", "/one.svg"), ("two", "/two.svg"), ("same", "/two.svg")]).await;
    let src = shown(&page(&world, "one").await).unwrap();
    assert_eq!(world.agent().get(&src).await.body, SVG);
    let at_two = src.replace("/t/one/", "/t/two/");
    assert_eq!(world.agent().get(&at_two).await.body, other, "whatever the mark says");
    let url = format!("{}/logo?tenant=one&url={}/one.svg", world.issuer("two"), gallery.origin);
    assert_eq!(world.agent().get(&url).await.body, other);
    assert_eq!(logo(&world, "same").await.body, other);
    assert_eq!(gallery.asked("/two.svg").len(), 2, "one tenant's is not another's, at the same address too");
    is_absent(&logo(&world, "acme").await, "a tenant without one");
    is_absent(&world.agent().get(&format!("{}/logo", world.platform())).await, "the platform");
    assert_eq!(logo(&world, "nobody").await.status, 404);
    assert!(shown(&page(&world, "acme").await).is_none());
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_not_asked_for_again_at_once() {
    let (world, gallery) = (World::dev().await, Gallery::open().await);
    let good = Exhibit::of("image/svg+xml", SVG);
    let largest = format!("{SVG}{}", " ".repeat(MOST - SVG.len()));
    gallery.show("/good.svg", good.clone());
    gallery.show("/largest.svg", Exhibit::of("image/svg+xml", largest.as_bytes()));
    let moved = Exhibit { status: StatusCode::FOUND, onward: "/good.svg", ..good.clone() };
    let broken = Exhibit { status: StatusCode::INTERNAL_SERVER_ERROR, ..good.clone() };
    let refused = [
        ("html", Exhibit::of("image/png", "<!doctype html><svg/><script>alert(1)</script>")),
        ("large", Exhibit::of("image/svg+xml", format!("{largest} "))),
        ("moved", moved),
        ("broken", broken),
        ("empty", Exhibit::of("image/png", "")),
    ];
    let paths = refused.each_ref().map(|(name, _)| format!("/{name}/logo.png"));
    let mut logos = vec![("good", "/good.svg"), ("largest", "/largest.svg"), ("gone", "/gone.svg")];
    logos.extend(refused.iter().zip(&paths).map(|((name, _), path)| (*name, path.as_str())));
    for ((_, exhibit), path) in refused.iter().zip(&paths) {
        gallery.show(path, exhibit.clone());
    }
    hang(&world, &gallery, &logos).await;
    assert_eq!(logo(&world, "largest").await.body.len(), MOST);
    let failing = &logos[2..];
    for (slug, path) in failing {
        is_absent(&logo(&world, slug).await, slug);
        gallery.show(path, good.clone());
        let seen = page(&world, slug).await;
        assert_eq!(shown(&seen), None, "{slug}");
        assert!(seen.body.contains(&format!("<span class=\"product\">{slug}</span>")), "{}", seen.body);
        is_absent(&logo(&world, slug).await, &format!("{slug}, mended within the minute"));
        assert_eq!(gallery.asked(path).len(), 1, "{slug}");
    }
    assert!(gallery.asked("/good.svg").is_empty(), "no redirect was followed");
    world.clock.advance(TimeDelta::minutes(1));
    for (slug, path) in failing {
        assert_eq!(logo(&world, slug).await.body, SVG, "{slug}, a minute later");
        assert!(shown(&page(&world, slug).await).is_some(), "{slug}");
        assert_eq!(gallery.asked(path).len(), 2, "{slug}");
    }
}

#[tokio::test]
async fn no_page_waits_and_one_fetch_serves_all() {
    let (world, gallery) = (World::dev().await, Gallery::shut().await);
    gallery.show("/logo.svg", Exhibit::of("image/svg+xml", SVG));
    hang(&world, &gallery, &[("studio", "/logo.svg")]).await;
    for _ in 0..5 {
        assert!(shown(&page(&world, "studio").await).is_some(), "shown before it is there");
    }
    gallery.visited().await;
    let all = join_all((0..20).map(|_| logo(&world, "studio")));
    let release = async {
        for _ in 0..20 {
            page(&world, "studio").await;
        }
        gallery.let_in();
    };
    let (answers, ()) = tokio::join!(all, release);
    assert!(answers.iter().all(|answered| answered.body == SVG), "{answers:?}");
    assert_eq!(gallery.asked("/logo.svg").len(), 1, "all waited for one call");
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_longer_comes_to_its_end() {
    let (world, gallery) = (World::dev().await, Gallery::shut().await);
    gallery.show("/logo.svg", Exhibit::of("image/svg+xml", SVG));
    hang(&world, &gallery, &[("studio", "/logo.svg")]).await;
    tokio::select! {
        answered = logo(&world, "studio") => panic!("answered before its host did: {answered:?}"),
        () = gallery.visited() => {}
    }
    let others = async {
        for _ in 0..10 {
            page(&world, "acme").await;
        }
    };
    tokio::select! {
        answered = logo(&world, "studio") => panic!("answered before its host did: {answered:?}"),
        () = others => {}
    }
    gallery.let_in();
    assert_eq!(logo(&world, "studio").await.body, SVG);
    assert_eq!(gallery.asked("/logo.svg").len(), 1);
}

/// Asks until the logo is this one; the old one is served until then.
async fn becomes(agent: &mut Agent, url: &str, old: &str, new: &str) {
    let wait = async {
        loop {
            let served = agent.get(url).await.body;
            if served == new {
                return;
            }
            assert_eq!(served, old);
        }
    };
    timeout(Duration::from_secs(20), wait).await.unwrap();
}

#[tokio::test]
async fn a_logo_is_fetched_anew_after_an_hour_and_outlives_a_failure() {
    let (world, gallery) = (World::dev().await, Gallery::open().await);
    let other = SVG.replace("160", "80");
    gallery.show("/logo.svg", Exhibit::of("image/svg+xml", SVG));
    hang(&world, &gallery, &[("studio", "/logo.svg")]).await;
    let (mut agent, url) = (world.agent(), format!("{}/logo", world.issuer("studio")));
    assert_eq!(agent.get(&url).await.body, SVG);
    gallery.visited().await;
    gallery.show("/logo.svg", Exhibit::of("image/svg+xml", other.as_bytes()));
    world.clock.advance(TimeDelta::minutes(59));
    assert_eq!(agent.get(&url).await.body, SVG);
    assert_eq!(gallery.asked("/logo.svg").len(), 1, "within the hour");
    world.clock.advance(TimeDelta::minutes(1));
    becomes(&mut agent, &url, SVG, &other).await;
    gallery.visited().await;

    gallery.show("/logo.svg", Exhibit::of("text/plain", "gone fishing"));
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(agent.get(&url).await.body, other);
    gallery.visited().await;
    world.clock.advance(TimeDelta::minutes(30));
    for _ in 0..20 {
        assert!(shown(&page(&world, "studio").await).is_some());
        assert_eq!(agent.get(&url).await.body, other, "the last one that was had");
    }
    assert_eq!(gallery.asked("/logo.svg").len(), 3);
}

#[tokio::test]
async fn where_loopback_is_not_called_no_logo_is_fetched_from_there() {
    let world = World::with(&[("GATEHOUSE_OUTBOUND__ALLOW_LOOPBACK", "false")]).await;
    let gallery = Gallery::open().await;
    gallery.show("/logo.svg", Exhibit::of("image/svg+xml", SVG));
    hang(&world, &gallery, &[("studio", "/logo.svg")]).await;
    is_absent(&logo(&world, "studio").await, "a host on loopback");
    assert!(gallery.asked("/logo.svg").is_empty());
    assert!(shown(&page(&world, "studio").await).is_none());
}
