using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using SyncFunctions.Local;
using SyncFunctions.Up;
using SyncFunctions.Vendors;

namespace SyncFunctions.Tests.FrontDoor;

/// <summary>Fails the test if the app should not have answered so.</summary>
/// <param name="path">With its slash.</param>
public delegate void AnswerCheck(HttpMethod method, string path, int status, string? mediaType, string body);

/// <summary>
/// The whole app as it runs on one machine: storage, both simulated vendors in this process, and the function app in a process of its
/// own, so that it can be killed.
/// </summary>
public sealed class AppStack : IAsyncDisposable
{
    public const string ApplicationSecret = "application-secret-of-the-front-door-tests";

    private const int MostStarts = 5;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);

    private readonly Azurite _storage;
    private readonly WebApplication _vendors;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("front-door-");
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly AnswerCheck? _check;
    private ChildProcess? _app;
    private string _key = "";

    private AppStack(Azurite storage, WebApplication vendors, IReadOnlyDictionary<string, string> settings, AnswerCheck? check) =>
        (_storage, _vendors, _settings, _check) = (storage, vendors, settings, check);

    /// <summary>The connection string of everything that the app stores.</summary>
    public string Storage => _storage.ConnectionString;

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Where both vendors listen.</summary>
    public Uri Vendors => new(_vendors.Urls.First() + "/");

    /// <summary>Everything that the app has printed so far.</summary>
    public string Output
    {
        get
        {
            using var reader = new StreamReader(new FileStream(LogFile, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
            return reader.ReadToEnd();
        }
    }

    /// <summary>The keys that open the management API.</summary>
    public IReadOnlyList<string> Keys { get; private set; } = [];

    /// <summary>The password of the account that runs the app from its first start on, <c>admin@localhost</c>.</summary>
    public string AdministratorPassword => File.ReadAllText(PasswordFile).TrimEnd();

    private string PasswordFile => Path.Combine(_folder.FullName, "administrator-password.txt");

    private string LogFile => Path.Combine(_folder.FullName, "app.log");

    /// <param name="cancellation">Gives up.</param>
    /// <param name="settings">Of the app, beside those that every stack needs.</param>
    /// <param name="check">Sees every answer.</param>
    public static async Task<AppStack> StartAsync(CancellationToken cancellation, IReadOnlyDictionary<string, string>? settings = null, AnswerCheck? check = null)
    {
        var storage = await Azurite.StartAsync(new AzuriteOptions(), cancellation);
        var vendors = VendorServer.Build(new VendorServerOptions { Urls = "http://127.0.0.1:0", Seed = false, ApplicationSecret = ApplicationSecret });
        await vendors.StartAsync(cancellation);
        var stack = new AppStack(storage, vendors, settings ?? new Dictionary<string, string>(), check);
        try
        {
            await stack.StartAppAsync(cancellation);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the app on a port that is free, or again on the one that it had, where browsers and vendors look for it.</summary>
    public async Task StartAppAsync(CancellationToken cancellation)
    {
        for (var start = 1; !await TryStartAppAsync(_app is null || start > 1 ? FreePort() : Address.Port, cancellation); start++)
        {
            if (start == MostStarts) throw Ended();
        }
    }

    /// <summary>As a crash does: nothing can be saved any more.</summary>
    public async Task KillAppAsync()
    {
        using (var process = System.Diagnostics.Process.GetProcessById(_app!.Id))
            process.Kill();
        await _app.Exited;
        await _app.DisposeAsync();
    }

    /// <param name="path">Below the address of the app.</param>
    /// <param name="key">Null sends none.</param>
    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, HttpContent? content, string? key, CancellationToken cancellation)
    {
        if (_app!.Exited.IsCompleted) throw Ended();
        using var request = new HttpRequestMessage(method, new Uri(Address, path)) { Content = content };
        if (key is not null) request.Headers.Add("x-functions-key", key);
        using var response = await _http.SendAsync(request, cancellation);
        var answer = new ApiAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(cancellation));
        _check?.Invoke(method, request.RequestUri!.AbsolutePath, answer.Status, answer.MediaType, answer.Text);
        return answer;
    }

    public Task<ApiAnswer> ManageAsync(HttpMethod method, string path, object? body, CancellationToken cancellation) =>
        SendAsync(method, $"api/manage/v1/{path}", body is null ? null : JsonText.Content(body), _key, cancellation);

    /// <summary>Sets the faults of a vendor, for all of its accounts.</summary>
    public async Task FaultsAsync(string vendor, params object[] rules)
    {
        using var set = await _http.PutAsync(new Uri(Vendors, $"{vendor}/_sim/faults"), JsonText.Content(rules));
        set.EnsureSuccessStatusCode();
    }

    /// <summary>How often each fault that was set has happened, and how often it was to happen.</summary>
    public async Task<IReadOnlyList<(string Rule, int Fired, int Count)>> FiredAsync()
    {
        var all = new List<(string, int, int)>();
        foreach (var vendor in new[] { "synergy", "tinyplus" })
        {
            var faults = JsonDocument.Parse(await _http.GetStringAsync(new Uri(Vendors, $"{vendor}/_sim/faults"))).RootElement;
            all.AddRange(faults.EnumerateArray().Select(fault => ($"{vendor} {fault}", fault.GetProperty("fired").GetInt32(), fault.GetProperty("count").GetInt32())));
        }

        return all;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        await _vendors.DisposeAsync();
        await _storage.DisposeAsync();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> TryStartAppAsync(int port, CancellationToken cancellation)
    {
        Address = new Uri($"http://127.0.0.1:{port}/");
        _app = ChildProcess.Start("The function app", BuiltApp(), [], AppSettings(), LogFile);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(StartTimeout);
        while (!await AnswersAsync(timeout.Token))
        {
            // Somebody may have taken the port meanwhile.
            if (_app.Exited.IsCompleted) return false;
            await Task.WhenAny(_app.Exited, Task.Delay(TimeSpan.FromMilliseconds(200), timeout.Token));
        }

        await ReadKeysAsync(cancellation);
        return true;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(Address, "api/health/ready"), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }

    private async Task ReadKeysAsync(CancellationToken cancellation)
    {
        // The host makes the file when a key is asked for the first time.
        using (await _http.GetAsync(new Uri(Address, "admin/host/status"), cancellation))
        {
            using var keys = JsonDocument.Parse(await File.ReadAllBytesAsync(HostKeyFile, cancellation));
            _key = keys.RootElement.GetProperty("functionKeys").GetProperty("default").GetString()!;
            Keys = [_key, keys.RootElement.GetProperty("masterKey").GetString()!];
        }
    }

    private string HostKeyFile => Path.Combine(_folder.FullName, "host-keys.json");

    private Dictionary<string, string> AppSettings() => new(_settings)
    {
        ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
        ["AzureWebJobsStorage"] = Storage,
        ["StateStorage"] = Storage,
        ["DurableStorage"] = Storage,
        ["TaskHubName"] = "FrontDoor",
        ["PollSchedule"] = "*/1 * * * * *",
        ["Urls"] = Address.AbsoluteUri.TrimEnd('/'),
        ["EmbeddedHost__KeyFile"] = HostKeyFile,
        // What a killed app was working on is delivered again soon.
        ["EmbeddedHost__MessageLease"] = "00:00:05",
        ["SecretKeyFile"] = Path.Combine(_folder.FullName, "secret-key"),
        ["SignIn__PasswordFile"] = PasswordFile,
        ["Systems__synergy__authorizeUrl"] = new Uri(Vendors, "synergy/OAuth2/Authorize").AbsoluteUri,
        ["Systems__synergy__apiBase"] = new Uri(Vendors, "synergy/api/v2/").AbsoluteUri,
        ["Systems__synergy__applicationKey"] = "sync-functions",
        ["Systems__synergy__applicationSecret"] = ApplicationSecret,
        ["Systems__tinyplus__authorizeUrl"] = new Uri(Vendors, "tinyplus/oauth/authorize").AbsoluteUri,
        ["Systems__tinyplus__apiBase"] = new Uri(Vendors, "tinyplus/v2/").AbsoluteUri,
        ["Systems__tinyplus__clientId"] = "sync-functions",
        ["Systems__connectwise__clientId"] = "sync-functions",
        ["Systems__connectwise__site"] = new Uri(Vendors, "connectwise/").AbsoluteUri,
        ["Systems__moovila__apiBase"] = new Uri(Vendors, "moovila/").AbsoluteUri,
        ["Systems__moovila__clientId"] = "sync-functions",
        ["Systems__moovila__clientSecret"] = ApplicationSecret,
        ["PublicBaseUrl"] = Address.AbsoluteUri.TrimEnd('/'),
    };

    // Beside this program's own output: the same configuration and framework.
    private static string BuiltApp()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(RepositoryRoot.Find(), "functions", "App", "bin", output.Parent!.Name, output.Name, "SyncFunctions.App.dll");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private InvalidOperationException Ended() =>
        new($"The function app ended with code {_app!.Exited.Result}. It said:{Environment.NewLine}{string.Join(Environment.NewLine, _app.LastLines)}");
}
