-- wrk asks for the URLs of a list, again and again: what serving and receiving cost by themselves.
--   URLS=FILE wrk -t 1 -s wrk.lua http://ADDRESS:PORT    FILE has one URL per line
-- It connects to one address only; the web server tells sites by the Host header.

local requests, last = {}, 0

function init()
    for line in io.lines(os.getenv('URLS')) do
        local host, path = line:match('^http://([^/]+)(/.*)$')
        local headers = { Host = host, ['Accept-Encoding'] = 'gzip' }
        table.insert(requests, wrk.format('GET', path, headers))
    end
end

function request()
    last = last % #requests + 1
    return requests[last]
end
