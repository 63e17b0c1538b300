using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SyncFunctions.Host.Tests.Http;

public sealed class RequestGuardTests : IDisposable
{
    private readonly LogRecorder _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Request_WhoseCallerHasLeft_EndsWithoutAWord()
    {
        var context = Context(left: true);
        await RequestGuard.RunAsync(context, static _ => throw new OperationCanceledException());
        _log.Entries.ShouldBeEmpty();
        RequestGuard.HasFailed(context).ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_ThatFails_Is500AndLogged(bool left)
    {
        var context = Context(left);
        Exception failure = left ? new InvalidOperationException("inner") : new OperationCanceledException("inner");
        await RequestGuard.RunAsync(context, _ => throw failure);
        context.Response.StatusCode.ShouldBe(StatusCodes.Status500InternalServerError);
        _log.Entries.Single().Exception.ShouldBeSameAs(failure);
    }

    [Fact]
    public async Task Request_ThatFails_IsLoggedByItsRouteSinceAPathMayHoldASecret()
    {
        var context = Context(left: false);
        context.Request.Path = "/api/hooks/the-secret";
        context.SetEndpoint(new RouteEndpoint(static _ => Task.CompletedTask, RoutePatternFactory.Parse("api/hooks/{id}"), 0, null, null));

        await RequestGuard.RunAsync(context, static _ => throw new InvalidOperationException("inner"));

        _log.Entries.Single().Message.ShouldContain("api/hooks/{id}");
        _log.Entries.Single().Message.ShouldNotContain("the-secret");
    }

    private DefaultHttpContext Context(bool left) => new()
    {
        RequestServices = new ServiceCollection().AddLogging(logging => logging.AddProvider(_log)).BuildServiceProvider(),
        RequestAborted = new CancellationToken(left),
    };
}
