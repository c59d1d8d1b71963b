using System.CommandLine;
using System.Runtime.InteropServices;
using EvenKeel.Backends;
using EvenKeel.Data;
using EvenKeel.Kernels;
using EvenKeel.Training;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel doctor</c>: what this machine has and how fast it is now.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var threads = CommonOptions.Threads();
        var folder = CommonOptions.DataFolder();
        var seconds = new Option<double>("--seconds") { Description = "How long to measure each speed.", HelpName = "S", DefaultValueFactory = _ => 0.5 };
        var json = CommonOptions.Json();
        var command = new Command("doctor", "Show processor, kernels, measured speed, memory and data sets.")
        {
            threads, folder, seconds, json,
        };
        command.AddExamples("evenkeel doctor", "evenkeel doctor --threads 1 --json");
        command.Runs((result, terminal, cancel) =>
        {
            var root = DataFolder.Resolve(result.GetValue(folder));
            var speeds = new List<(int Path, double Gflops)>();
            double bandwidth;
            int used;
            using (var backend = new CpuBackend(result.GetValue(threads)))
            {
                bandwidth = backend.MeasureBandwidth(result.GetValue(seconds));
                used = backend.Threads;
            }

            foreach (var path in VectorPaths.Available)
            {
                cancel.ThrowIfCancellationRequested();
                using var backend = new CpuBackend(result.GetValue(threads), path);
                speeds.Add(((int)path, backend.MeasurePeak(result.GetValue(seconds))));
            }

            var memory = MemoryBudget.OfMachine;
            if (result.GetValue(json))
            {
                terminal.Line(Json.Text(new
                {
                    Machine.Version,
                    Machine.Commit,
                    Machine.Cpu,
                    Os = RuntimeInformation.OSDescription,
                    Runtime = RuntimeInformation.FrameworkDescription,
                    Processors = Environment.ProcessorCount,
                    Threads = used,
                    FusedMultiplyAdd = VectorPaths.HasFusedMultiplyAdd,
                    Path = (int)VectorPaths.Default,
                    PeakGflops = speeds.ToDictionary(s => $"{s.Path}", s => Math.Round(s.Gflops, 1)),
                    BandwidthGBs = Math.Round(bandwidth, 1),
                    MemoryBytes = memory,
                    DataFolder = root,
                    Data = DataSource.All.ToDictionary(s => s.Name, s => s.IsPresent(root)),
                }));
                return ExitCode.Done;
            }

            terminal.Line($"EvenKeel {Machine.Version}{(Machine.Commit is { } commit ? $" ({commit[..Math.Min(8, commit.Length)]})" : "")}");
            terminal.Line($"  processor  {Machine.Cpu}, {Environment.ProcessorCount} logical, {used} threads used");
            terminal.Line($"  system     {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
            terminal.Line($"  memory     {memory / 1e9:F1} GB available");
            terminal.Line($"  kernels    {(int)VectorPaths.Default}-bit vectors ({VectorPaths.Variable} forces another width)");
            foreach (var (path, gflops) in speeds) terminal.Line($"  peak       {gflops:F0} GFLOP/s with {path}-bit fused multiply-adds");
            terminal.Line($"  bandwidth  {bandwidth:F1} GB/s");
            if (!VectorPaths.HasFusedMultiplyAdd)
                terminal.Line("  warning    no fused multiply-add in hardware: kernels emulate it and are many times slower");
            terminal.Line($"  data       {root}");
            foreach (var source in DataSource.All)
            {
                var state = source.Downloads.Count == 0 ? "generated"
                    : source.IsPresent(root) ? "present" : $"missing; fetch it with 'evenkeel data get {source.Name}'";
                terminal.Line($"    {source.Name,-14} {state}");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
