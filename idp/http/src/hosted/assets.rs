//! Our own files, at addresses that name their content.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use gatehouse_pages::StaticAsset;

/// Serves `/assets/…`.
pub(crate) async fn asset(uri: Uri) -> Response {
    let Some(file) = gatehouse_pages::asset(uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = file.bytes.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(StaticAsset::CACHE_CONTROL));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
