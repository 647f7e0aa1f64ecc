import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.JDBCType;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A client as QuickSight is one: the address of JDBC and the user are its arguments, the password is in PASSWORD, and
 * each line of its input is a statement. It prints a line for the login, and for each statement what came of it:
 *
 * <pre>
 * connected
 * column  NAME  TYPE
 * row     VALUE  VALUE
 * done
 * refused CODE  WORDS
 * </pre>
 */
public final class Client {
    private static PrintStream out;

    public static void main(String[] arguments) throws Exception {
        out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8");
        try (Connection connection =
                        DriverManager.getConnection(arguments[0], arguments[1], System.getenv("PASSWORD"));
                BufferedReader input = new BufferedReader(new InputStreamReader(System.in, "UTF-8"))) {
            print("connected");
            for (String sql = input.readLine(); sql != null; sql = input.readLine()) {
                try (Statement statement = connection.createStatement()) {
                    run(statement, sql);
                } catch (SQLException error) {
                    refused(error);
                }
            }
        } catch (SQLException error) {
            refused(error);
        }
    }

    private static void run(Statement statement, String sql) throws SQLException {
        if (statement.execute(sql)) {
            ResultSet rows = statement.getResultSet();
            ResultSetMetaData columns = rows.getMetaData();
            int count = columns.getColumnCount();
            for (int i = 1; i <= count; i++) {
                String type = JDBCType.valueOf(columns.getColumnType(i)).getName();
                print("column", columns.getColumnLabel(i), type);
            }
            while (rows.next()) {
                String[] row = new String[count + 1];
                row[0] = "row";
                for (int i = 1; i <= count; i++) {
                    row[i] = String.valueOf(rows.getObject(i));
                }
                print(row);
            }
        }
        print("done");
    }

    private static void refused(SQLException error) {
        print("refused", String.valueOf(error.getErrorCode()), error.getMessage());
    }

    /** Whatever a value has in it, it is one line. */
    private static void print(String... words) {
        out.println(String.join("\t", words).replaceAll("[\r\n]+", " "));
    }
}
