using SyncFunctions.Local;

namespace SyncFunctions.Up.Tests;

public sealed class AzuriteInstallTests
{
    [Fact]
    public void Reason_NoNetwork_IsTheLineForPeople() => AzuriteInstall.Reason("""
        npm warn Unknown user config "nodedir".
        npm error code ECONNREFUSED
        npm error syscall connect
        npm error errno ECONNREFUSED
        npm error FetchError: request to http://127.0.0.1:9/xmlbuilder failed, reason: connect ECONNREFUSED 127.0.0.1:9
        npm error     at ClientRequest.<anonymous> (/usr/lib/node_modules/npm/index.js:130:14)
        """).ShouldBe("FetchError: request to http://127.0.0.1:9/xmlbuilder failed, reason: connect ECONNREFUSED 127.0.0.1:9");

    [Fact]
    public void Reason_OlderNpm_IsTheLineForPeople() =>
        AzuriteInstall.Reason("npm ERR! code E404\nnpm ERR! 404 Not Found - GET https://registry.example/azurite\n").ShouldBe("404 Not Found - GET https://registry.example/azurite");

    [Fact]
    public void Reason_NothingSaid_SaysThat() => AzuriteInstall.Reason("").ShouldBe("it gave no reason");

    [Fact]
    public void StartOrExplain_NoSuchProgram_SaysWhatIsNeeded() =>
        Should.Throw<InvalidOperationException>(() => AzuriteInstall.StartOrExplain(new("no-such-program-here"), "node"))
            .Message.ShouldBe("'node' was not found; the storage emulator needs Node.js 20 or later on the PATH (https://nodejs.org).");
}
