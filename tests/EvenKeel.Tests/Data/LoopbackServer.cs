using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EvenKeel.Tests.Data;

/// <summary>A publisher on this machine that can also misbehave: one answer a request, in the order given.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Queue<Func<string, byte[]>> _answers;
    private readonly Task _loop;

    public LoopbackServer(params Func<string, byte[]>[] answers)
    {
        _answers = new Queue<Func<string, byte[]>>(answers);
        _listener.Start();
        _loop = Task.Run(Serve);
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/file";

    /// <summary>The Range header of each request, or nothing.</summary>
    public List<string> Ranges { get; } = [];

    /// <summary>The file, honouring a range; cut off after some bytes if asked.</summary>
    public static Func<string, byte[]> Send(byte[] content, int cutAfter = int.MaxValue) => range =>
    {
        var from = range.Length == 0 ? 0 : int.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
        var rest = content[from..];
        var head = from == 0
            ? $"HTTP/1.1 200 OK\r\nContent-Length: {rest.Length}\r\nConnection: close\r\n\r\n"
            : $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{content.Length - 1}/{content.Length}\r\n" +
              $"Content-Length: {rest.Length}\r\nConnection: close\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. rest[..Math.Min(rest.Length, cutAfter)]];
    };

    /// <summary>The whole file, whatever range was asked for.</summary>
    public static Func<string, byte[]> Ignore(byte[] content) => _ => Send(content)("");

    /// <summary>An error.</summary>
    public static Func<string, byte[]> Refuse(string status) =>
        _ => Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    public void Dispose()
    {
        _listener.Stop();
        _loop.Wait(TimeSpan.FromSeconds(10));
    }

    private async Task Serve()
    {
        while (_answers.Count > 0)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            using (client)
            {
                var stream = client.GetStream();
                var request = new StreamReader(stream, Encoding.ASCII);
                var range = "";
                while (await request.ReadLineAsync() is { Length: > 0 } line)
                {
                    if (line.StartsWith("Range: ", StringComparison.OrdinalIgnoreCase)) range = line["Range: ".Length..];
                }

                Ranges.Add(range);
                await stream.WriteAsync(_answers.Dequeue()(range));
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
    }
}
