//! Instances do not see each other.

use firebell_testkit::postgres::TestEngine;
use serde_json::json;

use super::world::{World, key, trigger, who};

#[tokio::test]
async fn keys_of_another_instance_do_not_send() {
    let world = World::open(TestEngine::Sqlite).await;
    let foreign = world.post(&trigger(1, who::GENERIC), &json!({})).bearer(&key(2, who::GENERIC));
    foreign.send().await.is_error(401);
    let unknown = world.post(&trigger(3, who::GENERIC), &json!({})).bearer(&key(1, who::GENERIC));
    unknown.send().await.is_error(404);
}
