//! What `make test` says about the server of `QUICKSIGHT_DATABASE_URL`.

mod support;

use mysql::{Conn, Opts, OptsBuilder, prelude::Queryable};
use support::{Server, given::check, server::free_port};

fn server() -> Server {
    Server::start(&["--skip-log-bin"])
}

/// The options of a new user who has these rights on everything.
fn user_with(server: &Server, rights: &str) -> OptsBuilder {
    let mut conn = Conn::new(server.opts()).unwrap();
    conn.query_drop("CREATE USER tester@'%' IDENTIFIED BY 'secret'").unwrap();
    conn.query_drop(format!("GRANT {rights} ON *.* TO tester@'%' WITH GRANT OPTION")).unwrap();
    server.opts().user(Some("tester")).pass(Some("secret"))
}

fn databases_and_users(server: &Server) -> Vec<String> {
    let sql = "SELECT schema_name FROM information_schema.schemata \
               UNION ALL SELECT user FROM mysql.user ORDER BY 1";
    Conn::new(server.opts()).unwrap().query(sql).unwrap()
}

#[test]
fn an_administrator_will_do() {
    let server = server();
    let opts = Opts::from(user_with(&server, "ALL PRIVILEGES"));
    let before = databases_and_users(&server);

    let found = check(&opts).unwrap();

    assert!(
        found.ends_with(&format!(" at 127.0.0.1:{} as 'tester'@'%'", server.port())),
        "{found}"
    );
    assert_eq!(databases_and_users(&server), before);
}

#[test]
fn each_right_that_is_lacking_is_named() {
    let server = server();
    let opts = Opts::from(user_with(&server, "SELECT, CREATE, DROP"));
    let before = databases_and_users(&server);

    let problem = check(&opts).unwrap_err();

    assert!(
        problem.contains(
            "'tester'@'%' lacks CREATE USER, all rights in a database WITH GRANT OPTION, PROCESS, "
        ),
        "{problem}"
    );
    assert!(!problem.contains('\n'), "{problem}");
    assert_eq!(databases_and_users(&server), before);
}

#[test]
fn nobody_there_is_said_with_the_address() {
    let port = free_port();
    let nobody = Opts::from_url(&format!("mysql://root@127.0.0.1:{port}")).unwrap();

    let problem = check(&nobody).unwrap_err();

    let expected = format!("the tests cannot use the server at 127.0.0.1:{port}: ");
    assert!(problem.starts_with(&expected), "{problem}");
}

#[test]
fn a_wrong_password_is_said_with_the_servers_words() {
    let server = server();
    let opts = Opts::from(user_with(&server, "SELECT").pass(Some("wrong")));

    let problem = check(&opts).unwrap_err();

    assert!(problem.contains("Access denied for user 'tester'"), "{problem}");
}
