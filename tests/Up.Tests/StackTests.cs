using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text.Json;
using SyncFunctions.Local;

namespace SyncFunctions.Up.Tests;

/// <summary>The parts of a start: ports, folder, state file, child processes, storage emulator.</summary>
public sealed class StackTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"up-tests-{Guid.NewGuid():N}");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Choose_FreePorts_AreSevenThatNothingUses()
    {
        var ports = Ports.Choose(new UpOptions { FreePorts = true });

        var (smtp, page) = ports.Mail.ShouldNotBeNull();
        int[] all = [ports.App, ports.Vendors, ports.Blob, ports.Queue, ports.Table, smtp, page];
        all.ShouldBeUnique();
        all.ShouldAllBe(port => !Ports.IsInUse(port));
    }

    [Fact]
    public async Task Mail_ThatIsSent_IsCaughtAndShown()
    {
        await AzuriteInstall.EnsureAsync(RepositoryRoot.Find(), TestContext.Current.CancellationToken);
        var (smtp, page) = Ports.Choose(new UpOptions { FreePorts = true }).Mail.ShouldNotBeNull();
        await using var catcher = await MailCatcher.StartAsync(smtp, page, TestContext.Current.CancellationToken);
        using var mail = new MailMessage("sync@localhost", "anna@example.com", "Größe <b>", "Hallo.");
        using var client = new SmtpClient("127.0.0.1", smtp);
        await client.SendMailAsync(mail, TestContext.Current.CancellationToken);

        using var http = new HttpClient();
        var caught = await http.GetFromJsonAsync<JsonElement>($"http://127.0.0.1:{page}/mails.json", TestContext.Current.CancellationToken);
        caught[0].GetProperty("subject").GetString().ShouldBe("Größe <b>");
        (await http.GetStringAsync($"http://127.0.0.1:{page}/", TestContext.Current.CancellationToken)).ShouldContain("Größe &#60;b&#62;");
    }

    [Fact]
    public void Choose_PortInUse_SaysWhoseAndWhatToDo()
    {
        using var other = Listen(out var port);

        Should.Throw<UpFailure>(() => Ports.Choose(new UpOptions { FreePorts = true, VendorsPort = port })).Message.ShouldBe(
            $"Port {port} for the simulated vendors is in use by another program; name another with --vendors-port, or let --free-ports find one.");
    }

    [Fact]
    public void Choose_SamePortTwice_SaysForWhat()
    {
        var options = new UpOptions { FreePorts = true, AppPort = 5, AzuritePorts = (5, 6, 7) };

        Should.Throw<UpFailure>(() => Ports.Choose(options)).Message.ShouldBe("Port 5 is given to both the function app and Azurite's blobs.");
    }

    [Fact]
    public void Take_FolderOfARunningStack_SaysSo()
    {
        using var running = RunFolder.Take(_folder, fresh: false);

        Should.Throw<UpFailure>(() => RunFolder.Take(_folder, fresh: false)).Message.ShouldBe(
            $"The local stack is running already with {_folder}; stop it first, or name another folder with --data.");
    }

    [Fact]
    public void Take_PathIsAFile_SaysSo()
    {
        File.WriteAllText(_folder, "");
        try
        {
            Should.Throw<UpFailure>(() => RunFolder.Take(_folder, fresh: false)).Message.ShouldStartWith($"The folder {_folder} cannot be written: ");
        }
        finally
        {
            File.Delete(_folder);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Take_Again_KeepsTheDataUnlessFresh(bool fresh)
    {
        using (var first = RunFolder.Take(_folder, fresh: false))
        {
            Directory.CreateDirectory(first.VendorsData);
            Directory.CreateDirectory(Path.GetDirectoryName(first.Log("app"))!);
            File.WriteAllText(first.Log("app"), "old");
        }

        using var second = RunFolder.Take(_folder, fresh);

        Directory.Exists(second.VendorsData).ShouldBe(!fresh);
        File.Exists(second.Log("app")).ShouldBeFalse();
    }

    [Fact]
    public void StateFile_WrittenAndRead_IsTheSame()
    {
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, "state.json");
        var state = State();

        state.Write(path);
        (state with { Tenant = "other" }).Write(path);
        state.Write(path);
        var read = StateFile.Read(path).ShouldNotBeNull();

        // Dictionaries compare by identity.
        read.Vendors.ShouldBe(state.Vendors);
        read.Connections.ShouldBe(state.Connections);
        (read with { Vendors = state.Vendors, Connections = state.Connections }).ShouldBe(state);
        Directory.GetFiles(_folder).ShouldBe([path]);
    }

    [Fact]
    public void StateFile_Written_IsItsOwnersAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such mode.");
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, "state.json");

        State().Write(path);

#pragma warning disable CA1416 // Skipped on Windows.
        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
    }

    [Fact]
    public void StateFile_Missing_IsNull() => StateFile.Read(Path.Combine(_folder, "state.json")).ShouldBeNull();

    [Fact]
    public async Task ChildProcess_LetGo_StopsInOrder()
    {
        var vendors = StartVendors(out var log);
        var address = await ListeningAsync(log, vendors);
        using var http = new HttpClient();
        (await http.GetAsync(address, Cancel)).StatusCode.ShouldBe(HttpStatusCode.OK);

        await vendors.StopAsync();

        (await vendors.Exited).ShouldBe(0);
        await vendors.DisposeAsync();
    }

    [Fact]
    public async Task ChildProcess_Killed_IsNoticedWithItsLastLines()
    {
        await using var vendors = StartVendors(out var log);
        await ListeningAsync(log, vendors);
        using (var process = Process.GetProcessById(vendors.Id))
            process.Kill();

        (await vendors.Exited.WaitAsync(TimeSpan.FromMinutes(1), Cancel)).ShouldNotBe(0);
        vendors.LastLines[^1].ShouldStartWith("Simulated vendors listen on ");
    }

    [Fact]
    public async Task ChildProcess_WrongArguments_EndsWithItsOwnCode()
    {
        await using var vendors = StartVendors(out _, "--bogus", "1");

        (await vendors.Exited.WaitAsync(TimeSpan.FromMinutes(1), Cancel)).ShouldBe(2);
        vendors.LastLines.ShouldContain("Unknown option or value: --bogus 1.");
    }

    [Fact]
    public void ChildProcess_NotBuilt_SaysSo() =>
        Should.Throw<UpFailure>(() => ChildProcess.Start("x", Path.Combine(_folder, "x.dll"), [], [], Path.Combine(_folder, "x.log")))
            .Message.ShouldBe($"{Path.Combine(_folder, "x.dll")} is missing; build infra/local/up first.");

    [Fact]
    public async Task Azurite_Requests_AreCountedByServiceAccountAndOperation()
    {
        var printed = new List<string>();
        await using var azurite = await Azurite.StartAsync(new AzuriteOptions { Output = printed.Add }, Cancel);
        using var http = new HttpClient();
        var before = await azurite.CountRequestsAsync(Cancel);

        string[] addresses =
        [
            $"{azurite.BlobPort}/devstoreaccount1",
            $"{azurite.QueuePort}/devstoreaccount1/q/messages",
            $"{azurite.QueuePort}/statestorage/q/messages?peekonly=true",
            $"{azurite.TablePort}/durablestorage/T(PartitionKey='p',RowKey='r')",
            $"{azurite.TablePort}/durablestorage/T()?$filter=x",
            $"{azurite.TablePort}/durablestorage/$batch",
            $"{azurite.TablePort}/durablestorage/$batch",
        ];
        foreach (var address in addresses)
            (await http.GetAsync($"http://127.0.0.1:{address}", Cancel)).Dispose();

        var taken = await azurite.CountRequestsAsync(Cancel) - before;
        taken.All.ShouldBe(
        [
            new("blob", "devstoreaccount1", "GET", "other", 1),
            new("queue", "devstoreaccount1", "GET", "messages", 1),
            new("queue", "statestorage", "GET", "messages", 1),
            new("table", "durablestorage", "GET", "entity", 1),
            new("table", "durablestorage", "GET", "other", 1),
            new("table", "durablestorage", "GET", "transaction", 2),
        ]);
        (taken.Total, taken.Of("table")).ShouldBe((7, 4));
        printed.ShouldContain(line => line.Contains("Table service is successfully listening"));
        printed.ShouldNotContain(line => line.StartsWith("requests"));
    }

    private static StateFile State() => new()
    {
        StartedAt = new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero),
        App = new Uri("http://localhost:7071/"),
        Manage = new Uri("http://localhost:7071/api/manage/v1/"),
        Vendors = ImmutableSortedDictionary<string, Uri>.Empty.Add("synergy", new Uri("http://localhost:7080/synergy/")),
        Azurite = new AzuriteState(new Uri("http://127.0.0.1:1/a"), new Uri("http://127.0.0.1:2/a"), new Uri("http://127.0.0.1:3/a"), "AccountName=a"),
        Keys = new KeysState("function", "master"),
        Tenant = "demo",
        Flow = "demo",
        Connections = ImmutableSortedDictionary<string, string>.Empty.Add("synergy", "synergy"),
        Processes = new ProcessesState(1, 2, 3, 4),
        Folder = "/tmp/run",
        Logs = "/tmp/run/logs",
    };

    private static TcpListener Listen(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    private ChildProcess StartVendors(out string log, params string[] arguments)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Path.Combine(
            RepositoryRoot.Find(), "infra", "local", "vendors", "bin", output.Parent!.Name, output.Name, "SyncFunctions.Vendors.dll");
        log = Path.Combine(_folder, "vendors.log");
        return ChildProcess.Start("vendors", assembly, arguments.Length > 0 ? arguments : ["--urls", "http://127.0.0.1:0"], [], log);
    }

    private static async Task<Uri> ListeningAsync(string log, ChildProcess process)
    {
        const string Sentence = "Simulated vendors listen on ";
        while (true)
        {
            process.Exited.IsCompleted.ShouldBeFalse();
            await using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            if ((await reader.ReadToEndAsync(Cancel)).Split('\n').FirstOrDefault(line => line.StartsWith(Sentence)) is { } line)
                return new Uri(line[Sentence.Length..].Trim());
            await Task.Delay(50, Cancel);
        }
    }
}
