//! A server that speaks TLS, with certificates that this test has made.

use std::{
    fs,
    path::{Path, PathBuf},
};

use mysql::{Conn, OptsBuilder, SslOpts};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::support::{Server, server::Folder};

/// A server whose certificate somebody known has signed.
pub(crate) struct TlsServer {
    pub(crate) server: Server,
    /// The certificates.
    folder: Folder,
}

impl TlsServer {
    pub(crate) fn start() -> Self {
        let folder = Folder::temporary();
        let ours = authority(&folder.path().join("ca.pem"));
        let _ = authority(&folder.path().join("other.pem"));
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let certificate = certificate.signed_by(&key, &ours).unwrap();
        fs::write(folder.path().join("server.pem"), certificate.pem()).unwrap();
        fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
        let option =
            |name: &str, file| format!("--ssl-{name}={}", folder.path().join(file).display());
        let options = [
            "--skip-log-bin".to_owned(),
            option("ca", "ca.pem"),
            option("cert", "server.pem"),
            option("key", "key.pem"),
        ];
        let server = Server::start(&options.each_ref().map(String::as_str));
        Self { server, folder }
    }

    /// What everybody may know of who has signed (`ca.pem`), or of somebody else (`other.pem`).
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Connects over TLS, to a server that the one of this file has signed for.
    pub(crate) fn connect(&self, opts: OptsBuilder, ca: &str) -> mysql::Result<Conn> {
        let tls = SslOpts::default().with_root_cert_path(Some(self.file(ca)));
        Conn::new(opts.ssl_opts(tls))
    }
}

/// Somebody who signs certificates, and what everybody may know of it.
fn authority(file: &Path) -> Issuer<'static, KeyPair> {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    fs::write(file, params.self_signed(&key).unwrap().pem()).unwrap();
    Issuer::new(params, key)
}
