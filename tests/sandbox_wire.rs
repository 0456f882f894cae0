//! The sandbox where size and pipes matter: recordings of megabytes, and readers that wait for the end.

#[cfg(test)]
mod wire {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::process::{Child, Command, Stdio};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    const DEADLINE: Duration = Duration::from_secs(30);

    /// A sandbox that ends with the test.
    struct Program(Child);

    impl Drop for Program {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// Starts it and reads what it prints to the end, although it goes on.
    fn sandbox(arguments: &[&str]) -> (Program, String) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_voxtop"))
            .arg("sandbox")
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sandbox starts");
        let mut out = program.stdout.take().expect("a pipe");
        let program = Program(program);
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut text = String::new();
            let read = out.read_to_string(&mut text).map(|_| text);
            let _ = tell.send(read);
        });
        let text = told.recv_timeout(DEADLINE).expect("the end of its output").expect("text");
        (program, text)
    }

    fn value<'a>(text: &'a str, name: &str) -> &'a str {
        let line =
            text.lines().find_map(|line| line.strip_prefix(&format!("export {name}='"))).expect("a line");
        line.trim_end_matches('\'')
    }

    #[test]
    fn whoever_reads_its_text_sees_the_end_and_the_sandbox_goes_on() {
        let (mut program, text) = sandbox(&["--scenario", "clean", "--print-config"]);
        assert!(text.contains("[[keys]]"), "{text}");
        assert!(program.0.try_wait().expect("its state").is_none(), "it serves on");
    }

    #[test]
    fn a_recording_may_be_larger_than_any_default() {
        let (_program, text) = sandbox(&["--scenario", "clean", "--env"]);
        let address =
            value(&text, "SPEECHMATICS_BATCH_URL").trim_start_matches("http://").trim_end_matches("/v2");
        let key = value(&text, "SPEECHMATICS_API_KEY");
        let config = r#"{"type":"transcription","transcription_config":{"language":"en"}}"#;
        let audio = vec![0_u8; 5 << 20];
        let mut body = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"config\"\r\n\r\n{config}\r\n--cut\r\nContent-Disposition: \
             form-data; name=\"data_file\"; filename=\"long.wav\"\r\nContent-Type: audio/wav\r\n\r\n"
        )
        .into_bytes();
        body.extend(audio);
        body.extend(b"\r\n--cut--\r\n");
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(DEADLINE)).expect("a deadline");
        let head = format!(
            "POST /v2/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: multipart/form-data; \
             boundary=cut\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("the head is taken");
        stream.write_all(&body).expect("the recording is taken");
        let mut status = String::new();
        BufReader::new(stream).read_line(&mut status).expect("an answer");
        assert!(status.starts_with("HTTP/1.1 201"), "{status}");
    }
}
