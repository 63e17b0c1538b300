using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace SyncFunctions.Connectors.Tests;

/// <summary>A request as a vendor would see it.</summary>
internal sealed record Sent(string Method, string Path, string Query, string Body, HttpRequestHeaders Headers)
{
    public string Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";
}

/// <summary>Answers requests in the order of its script, and fails the test at any other.</summary>
internal sealed class ScriptedVendor : HttpMessageHandler
{
    private readonly Queue<(string Request, Func<CancellationToken, Task<HttpResponseMessage>> Answer)> _script = new();
    private readonly List<Sent> _sent = [];

    public IReadOnlyList<Sent> Sent => _sent;

    public bool IsDone => _script.Count == 0;

    /// <param name="request">Method and path; with a query only if it says so.</param>
    /// <param name="answer">What comes back, or happens.</param>
    public ScriptedVendor On(string request, Func<CancellationToken, Task<HttpResponseMessage>> answer)
    {
        _script.Enqueue((request, answer));
        return this;
    }

    public ScriptedVendor On(string request, HttpStatusCode status, string body = "", params (string Name, string Value)[] headers) => On(request, _ =>
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        return Task.FromResult(response);
    });

    public ScriptedVendor On(string request, string body) => On(request, HttpStatusCode.OK, body);

    public ScriptedVendor Breaks(string request, HttpRequestError error) => On(request, _ => throw new HttpRequestException(error, "secret-in-a-message"));

    /// <summary>Takes the request and never answers.</summary>
    public ScriptedVendor Hangs(string request, FakeTime time) => On(request, async cancellation =>
    {
        time.Advance(TimeSpan.FromSeconds(30));
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        throw new InvalidOperationException();
    });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        _sent.Add(new Sent(request.Method.Method, address.AbsolutePath, Uri.UnescapeDataString(address.Query), body, request.Headers));
        var was = $"{request.Method} {address.AbsolutePath}";
        if (!_script.TryDequeue(out var step) || (step.Request != was && step.Request != was + Uri.UnescapeDataString(address.Query)))
            throw new Xunit.Sdk.XunitException($"Unexpected request: {was}{address.Query}; the script says: {step.Request ?? "nothing more"}");
        return await step.Answer(cancellationToken);
    }
}
