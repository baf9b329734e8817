import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.index.mapper.MapperExtrasModulePlugin;
import org.opensearch.index.reindex.ReindexModulePlugin;
import org.opensearch.knn.plugin.KNNPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.painless.PainlessModulePlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/**
 * A node of OpenSearch with k-NN: `Node FOLDER PORT` prints its address once it answers.
 *
 * It ends, and its folder with it, when its standard input does, so that it never outlives who started it.
 */
final class Node extends org.opensearch.node.Node {
    private static final List<Class<? extends Plugin>> PLUGINS = List.of(
        Netty4ModulePlugin.class,
        MapperExtrasModulePlugin.class,
        ReindexModulePlugin.class,
        PainlessModulePlugin.class,
        KNNPlugin.class
    );

    private Node(Settings settings) {
        super(
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "node"),
            PLUGINS.stream().map(Node::described).toList(),
            false
        );
    }

    private static PluginInfo described(Class<? extends Plugin> plugin) {
        String name = plugin.getName();
        List<String> extended = plugin == KNNPlugin.class ? List.of(PainlessModulePlugin.class.getName()) : List.of();
        return new PluginInfo(name, "on the class path", "NA", Version.CURRENT, "21", name, null, extended, false);
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Settings settings = Settings.builder()
            .put("path.home", folder)
            .put("cluster.name", "holotype")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", arguments[1])
            .put("transport.port", "0")
            .put("node.processors", 2)
            .put("path.repo", folder.resolve("snapshots"))
            // A developer's disk may be nearly full; a test that wants the limits sets them.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            // Tests make more queries of different shapes than people do.
            .put("script.disable_max_compilations_rate", true)
            .build();
        Node node = new Node(settings);
        node.start();
        var http = node.injector().getInstance(HttpServerTransport.class);
        System.out.println("http://" + http.boundAddress().publishAddress());
        try {
            while (System.in.read() >= 0) {
            }
            delete(folder);
        } finally {
            Runtime.getRuntime().halt(0);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
    }
}
