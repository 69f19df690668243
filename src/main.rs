//! The `hound` command.

fn main() -> std::process::ExitCode {
    houndplan::cli::main()
}
