use gatehouse_store::*;
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let base: sqlx::postgres::PgConnectOptions = "postgres://postgres@127.0.0.1:55432/gw".parse().unwrap();
    bootstrap(&base, &Passwords::default()).await.unwrap();
    let m = base.clone().username("gatehouse_migrator");
    for r in migrate(&m).await.unwrap() {
        println!("{r}");
    }
    for p in plan(&m).await.unwrap() {
        println!("{} {:?}", p.migration, p.standing);
    }
    self_check(&base.clone().username("gatehouse_app")).await.unwrap();
    println!("{:?}", self_check(&base).await.map_err(|e| e.to_string()));
    println!("{:?}", self_check(&m).await.map_err(|e| e.to_string()));
}
