"""Discovery documents (OpenID Connect Discovery 1.0)."""

from local.graph.directory import Json
from local.graph.sign_in.authority import Authority, Product

_CLAIMS = ("sub", "oid", "iss", "aud", "exp", "iat", "auth_time", "nonce", "name")


def document(authority: Authority) -> Json:
    """The discovery document of an authority."""
    base, product = authority.base, authority.product
    also = ("tfp", "emails") if product is Product.B2C else ("tid", "preferred_username", "amr")
    device = (
        {} if product is Product.B2C else {"device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode"}
    )
    return {
        "issuer": authority.issuer,
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        **device,
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [*_CLAIMS, *also],
    }
