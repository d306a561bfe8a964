//! Sites on the wire (section 9 of the API reference).
//!
//! `holidays` is Firebell's: the dates on which time frames and shifts may differ.

use firebell_domain::site::Site;
use serde_json::{Value, json};

use super::{link, path};

/// A site as others mention it.
pub(crate) fn reference(site: &Site) -> Value {
    json!({
        "id": site.id.to_string(),
        "name": site.name.as_str(),
        "links": link(&path("sites", site.id)),
    })
}

/// A site.
pub(crate) fn site(site: &Site) -> Value {
    let address = &site.address;
    let holidays: Vec<String> = site.holidays.iter().map(|date| date.to_string()).collect();
    let mut shape = json!({
        "id": site.id.to_string(),
        "name": site.name.as_str(),
        "status": site.status.word(),
        "externallyOwned": site.externally_owned,
        "language": site.language,
        "timezone": site.zone.name(),
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "state": address.state,
        "country": site.country,
        "postalCode": address.postal_code,
        "holidays": holidays,
        "links": link(&path("sites", site.id)),
    });
    let Some(fields) = shape.as_object_mut() else { return shape };
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if let Some(degrees) = address.latitude {
        put("latitude", json!(degrees));
    }
    if let Some(degrees) = address.longitude {
        put("longitude", json!(degrees));
    }
    if let Some(key) = &site.external_key {
        put("externalKey", json!(key));
    }
    shape
}
